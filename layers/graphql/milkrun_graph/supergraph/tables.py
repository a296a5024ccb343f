"""What the planner knows of a supergraph: plain immutable tables, small to pickle and quick to load.

Two views of every type stand side by side: the merged one (what a client sees, plus what is hidden) and, per
subgraph, what that subgraph itself says about the type.
"""

from dataclasses import dataclass
from enum import StrEnum

type Arguments = tuple[tuple[str, str], ...]
"""Arguments as names and printed values, sorted by name: equal if they mean the same."""


class Kind(StrEnum):
    """The kind of a type."""

    SCALAR = "scalar"
    OBJECT = "object"
    INTERFACE = "interface"
    UNION = "union"
    ENUM = "enum"
    INPUT = "input"


@dataclass(frozen=True, slots=True)
class TypeRef:
    """A type as it is written: ``[User!]!`` is named ``User`` and wrapped in ``![!``."""

    named: str
    wrap: str = ""


@dataclass(frozen=True, slots=True)
class SetField:
    """A field in a field set. ``types``: the object types it is asked for; None for all."""

    name: str
    arguments: Arguments = ()
    types: frozenset[str] | None = None
    fields: tuple["SetField", ...] = ()


type FieldSet = tuple[SetField, ...]


@dataclass(frozen=True, slots=True)
class Graph:
    """One subgraph. ``enum_name`` is its value in join__Graph, ``name`` and ``url`` what people call it."""

    enum_name: str
    name: str
    url: str


@dataclass(frozen=True, slots=True)
class Authorization:
    """What a request must have: all of these. Scopes and policies are alternatives of conjunctions."""

    authenticated: bool = False
    scopes: tuple[tuple[str, ...], ...] = ()
    policies: tuple[tuple[str, ...], ...] = ()


@dataclass(frozen=True, slots=True)
class ListSize:
    """``@listSize`` (the cost specification)."""

    assumed: int | None = None
    slicing: tuple[str, ...] = ()
    sized_fields: tuple[str, ...] = ()
    require_one: bool = True


@dataclass(frozen=True, slots=True)
class Argument:
    """An argument of a field, or a field of an input type."""

    name: str
    type: TypeRef
    default: str | None = None
    inaccessible: bool = False
    cost: int | None = None


@dataclass(frozen=True, slots=True)
class SuperField:
    """A field in the merged view."""

    name: str
    type: TypeRef
    arguments: dict[str, Argument]
    inaccessible: bool = False
    authorization: Authorization | None = None
    cost: int | None = None
    list_size: ListSize | None = None


@dataclass(frozen=True, slots=True)
class SuperType:
    """A type in the merged view. ``possible`` are the object types that a value of it may have."""

    name: str
    kind: Kind
    inaccessible: bool
    possible: frozenset[str]
    fields: dict[str, SuperField]
    values: frozenset[str] = frozenset()
    authorization: Authorization | None = None
    cost: int | None = None
    contexts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Key:
    """One ``@key``. Not ``resolvable``: it may be read there but not entered with."""

    fields: FieldSet
    resolvable: bool = True


@dataclass(frozen=True, slots=True)
class ContextArgumentDef:
    """``@fromContext``: the argument's value is ``selection`` of the nearest ancestor that sets ``context``."""

    name: str
    context: str
    type: str
    selection: FieldSet


@dataclass(frozen=True, slots=True)
class SubField:
    """A field as one subgraph has it.

    ``external``: it may be named in keys and requirements that are sent there, but not be asked for.
    ``label`` of a progressive override: usable if the label is on and ``overrides``, or off and not.
    """

    name: str
    type: TypeRef
    external: bool = False
    requires: FieldSet = ()
    provides: FieldSet = ()
    label: str | None = None
    overrides: bool = False
    contexts: tuple[ContextArgumentDef, ...] = ()


@dataclass(frozen=True, slots=True)
class SubType:
    """A type as one subgraph has it. An interface object is an object there and an interface elsewhere."""

    graph: str
    name: str
    kind: Kind
    keys: tuple[Key, ...]
    fields: dict[str, SubField]
    possible: frozenset[str]
    interface_object: bool = False


@dataclass(frozen=True, slots=True)
class Supergraph:
    """All tables. ``subtypes[type][graph]``; ``roots[operation kind]``; ``labels`` of progressive overrides."""

    graphs: dict[str, Graph]
    types: dict[str, SuperType]
    subtypes: dict[str, dict[str, SubType]]
    roots: dict[str, str]
    interfaces: dict[str, frozenset[str]]
    labels: frozenset[str] = frozenset()

    def possible(self, name: str) -> frozenset[str]:
        """The object types that a value of this type may have, hidden ones included."""
        known = self.types.get(name)
        return known.possible if known else frozenset()

    def subtype(self, name: str, graph: str) -> SubType | None:
        """The type as this graph has it; None if it does not."""
        return self.subtypes.get(name, {}).get(graph)
