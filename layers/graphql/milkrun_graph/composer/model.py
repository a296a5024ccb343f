"""Schemas while they are composed: small mutable records.  Types are written as strings, as in SDL (`[User!]!`)."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Literal

from graphql import Node, ValueNode

Kind = Literal["OBJECT", "INTERFACE", "UNION", "ENUM", "INPUT_OBJECT", "SCALAR"]
BUILT_IN_SCALARS = frozenset({"Int", "Float", "String", "Boolean", "ID"})
ROOTS = {"query": "Query", "mutation": "Mutation", "subscription": "Subscription"}


@dataclass(slots=True)
class Applied:
    """A directive where it is applied; `spec` is its name in the specifications, whatever it is called here."""

    name: str
    args: dict[str, ValueNode]
    spec: str | None = None
    part: int = 0
    extension: bool = False
    node: Node | None = None


@dataclass(slots=True)
class Element:
    """What every element of a schema has."""

    name: str
    description: str | None = None
    directives: list[Applied] = field(default_factory=list)
    node: Node | None = None
    part: int = 0

    def having(self, spec: str) -> list[Applied]:
        """The applications of one specified directive."""
        return [applied for applied in self.directives if applied.spec == spec]

    def has(self, spec: str) -> bool:
        """Whether the directive is applied."""
        return any(applied.spec == spec for applied in self.directives)

    def drop(self, spec: str) -> None:
        """Remove all applications of one directive."""
        self.directives = [applied for applied in self.directives if applied.spec != spec]


@dataclass(slots=True)
class InputValue(Element):
    """An argument, or a field of an input object."""

    type: str = ""
    default: ValueNode | None = None

    @property
    def required(self) -> bool:
        """Whether a value must be given."""
        return self.type.endswith("!") and self.default is None


@dataclass(slots=True)
class Field(Element):
    """A field of an object or interface."""

    type: str = ""
    args: dict[str, InputValue] = field(default_factory=dict)


@dataclass(slots=True)
class EnumValue(Element):
    """A value of an enum."""


@dataclass(slots=True)
class TypeDef(Element):
    """A named type.  Only what fits its kind is filled."""

    kind: Kind = "OBJECT"
    fields: dict[str, Field] = field(default_factory=dict)
    inputs: dict[str, InputValue] = field(default_factory=dict)
    values: dict[str, EnumValue] = field(default_factory=dict)
    interfaces: list[str] = field(default_factory=list)
    members: list[str] = field(default_factory=list)
    has_base: bool = False
    has_extension: bool = False


@dataclass(slots=True)
class DirectiveDef(Element):
    """A directive's definition."""

    args: dict[str, InputValue] = field(default_factory=dict)
    locations: tuple[str, ...] = ()
    repeatable: bool = False


@dataclass(slots=True)
class Schema:
    """A schema; `roots` maps an operation to the name of its type."""

    types: dict[str, TypeDef] = field(default_factory=dict)
    directives: dict[str, DirectiveDef] = field(default_factory=dict)
    roots: dict[str, str] = field(default_factory=dict)
    applied: list[Applied] = field(default_factory=list)
    description: str | None = None

    def of_kind(self, *kinds: Kind) -> Iterator[TypeDef]:
        """The types of these kinds, in order of definition."""
        return (type_ for type_ in list(self.types.values()) if type_.kind in kinds)

    def applications(self) -> Iterator[Applied]:
        """Every directive that is applied anywhere."""
        yield from self.applied
        for type_ in self.types.values():
            yield from type_.directives
            for element in (*type_.fields.values(), *type_.inputs.values(), *type_.values.values()):
                yield from element.directives
                if isinstance(element, Field):
                    yield from (applied for arg in element.args.values() for applied in arg.directives)
        for directive in self.directives.values():
            yield from (applied for arg in directive.args.values() for applied in arg.directives)

    def implementations(self, interface: str) -> list[TypeDef]:
        """The objects and interfaces that say they implement it."""
        return [type_ for type_ in self.of_kind("OBJECT", "INTERFACE") if interface in type_.interfaces]

    def possible(self, name: str) -> frozenset[str]:
        """The names of the objects that a value of the type can be."""
        type_ = self.types.get(name)
        if type_ is None:
            return frozenset()
        if type_.kind == "UNION":
            return frozenset(type_.members)
        if type_.kind == "INTERFACE":
            return frozenset(one.name for one in self.implementations(name) if one.kind == "OBJECT")
        return frozenset({name})


def named(type_: str) -> str:
    """The name inside lists and non-nulls."""
    return type_.strip("[]!")


def nullable(type_: str) -> str:
    """The type without its outermost non-null."""
    return type_.removesuffix("!")


def wrap(type_: str, name: str) -> str:
    """The same lists and non-nulls around another name."""
    return type_.replace(named(type_), name)


def composite(type_: TypeDef | None) -> bool:
    """Whether values of the type have fields to select."""
    return type_ is not None and type_.kind in ("OBJECT", "INTERFACE", "UNION")


def first(items: Iterable[Applied]) -> Applied | None:
    """The first of some applications, if any."""
    return next(iter(items), None)
