"""What can be done from a position in a subgraph: ask for a field there, or jump to another subgraph by a key."""

from collections.abc import Iterator
from dataclasses import dataclass

from milkrun_graph.planner.operation import TYPENAME
from milkrun_graph.supergraph.tables import ContextArgumentDef, FieldSet, Kind, SubField, SubType, Supergraph

_REMEMBERED = 50_000
ENTITIES = ""
"""The type of a position at the root of an entity fetch: the union ``_Entity``."""


@dataclass(frozen=True, slots=True)
class FieldMove:
    """Asking for a field. ``child`` is the type of its value in this subgraph, ``provided`` what comes with it.

    ``asked`` are the types that it will be asked for: an interface object cannot tell its types apart.
    """

    child: str
    provided: FieldSet
    asked: frozenset[str]


@dataclass(frozen=True, slots=True)
class Jump:
    """Entering ``graph`` with a key and with what ``field`` requires. ``typename``: None for the object's own.

    ``type`` is the static type at the root of the fetch. ``whole``: all objects enter, because where they come from
    (an interface object) their types cannot be told apart.
    """

    graph: str
    typename: str | None
    type: str
    key: FieldSet
    requires: FieldSet
    contexts: tuple[ContextArgumentDef, ...]
    field: str
    is_root: bool = False
    whole: bool = False

    @property
    def carries(self) -> frozenset[str]:
        """The field whose requirements come along, if there are any."""
        return frozenset({self.field}) if self.requires or self.contexts else frozenset()

    @property
    def needs(self) -> tuple[object, ...]:
        """All that its conditions come from: jumps of equal needs cost the same."""
        return self.key, self.requires, self.contexts, self.typename is None and not self.is_root


@dataclass(frozen=True, slots=True)
class Position:
    """Where one is: at objects of ``runtime`` in a subgraph, below a static type.

    ``provided`` can be asked for here beyond what is anyway; ``carried`` names the fields whose requirements the
    entry into this position brought along.
    """

    graph: str
    type: str
    provided: FieldSet
    runtime: frozenset[str]
    carried: frozenset[str] = frozenset()


class Moves:
    """The moves of one supergraph, for one set of active override labels."""

    def __init__(self, supergraph: Supergraph, labels: frozenset[str]) -> None:
        self._supergraph = supergraph
        self._labels = labels
        self._jumps: dict[tuple[str, frozenset[str], str], tuple[Jump, ...]] = {}
        self._roots = frozenset(supergraph.roots.values())

    def runtime(self, graph: str, name: str) -> frozenset[str]:
        """The object types that a value of the named type may have in this subgraph; empty for a leaf."""
        subtype = self._supergraph.subtype(name, graph)
        return subtype.possible if subtype else frozenset()

    def is_interface_object(self, graph: str, name: str) -> bool:
        """Whether the subgraph has the interface as an object, and so does not know its types."""
        subtype = self._supergraph.subtype(name, graph)
        return bool(subtype and subtype.interface_object)

    def usable(self, field: SubField | None) -> bool:
        """Whether the subgraph has the field and no override takes it away."""
        return field is not None and (field.label is None or (field.label in self._labels) == field.overrides)

    def owners(self, types: frozenset[str], name: str) -> int:
        """In how many subgraphs the field could be asked for: what is rare is placed first."""
        if name == TYPENAME:
            return len(self._supergraph.graphs) + 1
        graphs = set()
        for one in types:
            for owner in (one, *self._supergraph.interfaces.get(one, ())):
                for graph, subtype in self._supergraph.subtypes.get(owner, {}).items():
                    if self.usable(subtype.fields.get(name)):
                        graphs.add(graph)
        return len(graphs)

    def field(self, at: Position, types: frozenset[str], name: str) -> FieldMove | None:
        """Asking here for a field of all ``types`` at once; None if that is impossible."""
        here = self._supergraph.subtype(at.type, at.graph) if at.type else None
        if name == TYPENAME:
            return None if here and here.interface_object else FieldMove("", (), types)
        if here and here.kind is Kind.OBJECT:
            return self._ask(here, name, at, at.runtime if here.interface_object else types)
        if here and here.kind is Kind.INTERFACE and name in here.fields and types >= at.runtime:
            own = here.fields[name]
            moves = [self._ask_of(one, name, at) for one in sorted(types)]
            if not own.external and not own.requires and self.usable(own) and all(moves):
                inner = tuple(one for move in moves if move for one in move.provided)
                return FieldMove(own.type.named, tuple(dict.fromkeys(inner + own.provides)), types)
        return self._explode(name, at, types)

    def jumps(self, graph: str, type_name: str, types: frozenset[str], name: str) -> tuple[Jump, ...]:
        """All entries that lead to where ``name`` can be asked of all ``types``, from a position of ``type_name``."""
        static = type_name if self.is_interface_object(graph, type_name) else ""
        known = self._jumps.get((static, types, name))
        if known is None:
            known = tuple(self._find_jumps(static, types, name))
            if len(self._jumps) >= _REMEMBERED:
                self._jumps.clear()
            self._jumps[static, types, name] = known
        return known

    def _explode(self, name: str, at: Position, types: frozenset[str]) -> FieldMove | None:
        moves = [self._ask_of(one, name, at) for one in sorted(types)]
        found = [move for move in moves if move]
        if not found or len(found) < len(moves) or len({move.child for move in found}) > 1:
            return None
        shared = tuple(one for one in found[0].provided if all(one in move.provided for move in found))
        return FieldMove(found[0].child, shared, types)

    def _ask_of(self, one: str, name: str, at: Position) -> FieldMove | None:
        subtype = self._supergraph.subtype(one, at.graph)
        return self._ask(subtype, name, at, frozenset({one})) if subtype else None

    def _ask(self, subtype: SubType, name: str, at: Position, types: frozenset[str]) -> FieldMove | None:
        field = subtype.fields.get(name)
        if field is None or not self.usable(field):
            return None
        covering = [one for one in at.provided if one.name == name and (one.types is None or types <= one.types)]
        if field.external and not covering:
            return None
        if (field.requires or field.contexts) and name not in at.carried and not covering:
            return None
        inner = tuple(deeper for one in covering for deeper in one.fields) + field.provides
        return FieldMove(field.type.named, inner, types)

    def _find_jumps(self, static: str, types: frozenset[str], name: str) -> Iterator[Jump]:
        for graph in self._supergraph.graphs:
            if types <= self._roots and name != TYPENAME:
                yield from self._root_jump(graph, types, name)
            yield from self._as_interface(graph, static, types, name)
            if name != TYPENAME:
                yield from self._as_objects(graph, types, name)

    def _root_jump(self, graph: str, types: frozenset[str], name: str) -> Iterator[Jump]:
        root = min(types)
        subtype = self._supergraph.subtype(root, graph)
        field = subtype.fields.get(name) if subtype else None
        if field and self.usable(field) and not field.external:
            yield Jump(graph, None, root, (), (), (), name, is_root=True)

    def _as_objects(self, graph: str, types: frozenset[str], name: str) -> Iterator[Jump]:
        """By the objects' own types; all of them must share the key and what the field requires."""
        subtypes = [self._supergraph.subtype(one, graph) for one in sorted(types)]
        present = [one for one in subtypes if one and not one.interface_object]
        if len(present) < len(subtypes) or not present:
            return
        fields = [one.fields.get(name) for one in present]
        usable = [one for one in fields if one and self.usable(one) and not one.external]
        if len(usable) < len(fields):
            return
        first = usable[0]
        if any(one.requires != first.requires or one.contexts != first.contexts for one in usable):
            return
        typename = present[0].name if len(present) == 1 else None
        for key in present[0].keys:
            if key.resolvable and all(key in one.keys for one in present):
                yield Jump(graph, typename, ENTITIES, key.fields, first.requires, first.contexts, name)

    def _as_interface(self, graph: str, static: str, types: frozenset[str], name: str) -> Iterator[Jump]:
        """As an interface object there; or from an interface object to where the interface is real."""
        shared = frozenset.intersection(*(self._supergraph.interfaces.get(one, frozenset()) for one in types))
        for interface in sorted(shared):
            subtype = self._supergraph.subtype(interface, graph)
            if subtype is None or not (subtype.interface_object or interface == static):
                continue
            if name == TYPENAME and subtype.interface_object:
                continue
            field = subtype.fields.get(name)
            if subtype.interface_object and (field is None or not self.usable(field) or field.external):
                continue
            requires = field.requires if field else ()
            contexts = field.contexts if field else ()
            for key in subtype.keys:
                if key.resolvable:
                    yield Jump(graph, interface, interface, key.fields, requires, contexts, name, whole=bool(static))
