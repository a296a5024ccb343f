"""Source keys: under which key each value is in the working object, so that no two values meet under one key.

A key is shared by equal fields (same name, same arguments).  It is not shared by different fields of one object,
nor by fields of different types whose shapes could not stand in one subgraph request (GraphQL
specification, SameResponseShape, but with that subgraph's types).
"""

from collections.abc import Iterable
from dataclasses import dataclass

from milkrun_graph.planner.operation import TYPENAME, Item
from milkrun_graph.supergraph.tables import Arguments, Kind, Supergraph

type Path = tuple[str, ...]
type _Shape = tuple[str, str]

_COMPOSITE = {Kind.OBJECT, Kind.INTERFACE, Kind.UNION}


@dataclass(slots=True)
class _Use:
    name: str
    arguments: Arguments
    types: frozenset[str]


class SourceKeys:
    """All source keys of one plan, by the path of the object that has them."""

    def __init__(self, supergraph: Supergraph, taken: frozenset[str]) -> None:
        self._supergraph = supergraph
        self._uses: dict[Path, dict[str, list[_Use]]] = {}
        self._prefix = "_m"
        while any(key.startswith(self._prefix) for key in taken):
            self._prefix = "_" + self._prefix
        self._count = 0
        self._shapes: dict[tuple[str, str], dict[str, frozenset[_Shape]]] = {}

    def assign_all(self, items: Iterable[Item], path: Path = ()) -> None:
        """Gives every item of a tree its key: the client's own if it is free."""
        for item in items:
            if not item.source:
                item.source = self._assign(item.key, item, path)
        for item in items:
            self.assign_all(item.items, (*path, item.source))

    def assign(self, item: Item, path: Path) -> str:
        """The key for an internal item: one that has the same value already, or a new one."""
        if item.name == TYPENAME:
            return TYPENAME
        return self.find(item, path) or self._assign(item.name, item, path)

    def find(self, item: Item, path: Path) -> str | None:
        """A key under which the item's value is or will be for all of its types."""
        if item.name == TYPENAME:
            return TYPENAME
        for key, uses in self._uses.get(path, {}).items():
            same = any(use.name == item.name and use.arguments == item.arguments for use in uses)
            if same and self._fits(key, item, path):
                return key
        return None

    def _assign(self, wanted: str, item: Item, path: Path) -> str:
        key = wanted
        while key == TYPENAME or not self._fits(key, item, path):
            key = f"{self._prefix}{self._count}"
            self._count += 1
        self._uses.setdefault(path, {}).setdefault(key, []).append(_Use(item.name, item.arguments, item.types))
        return key

    def _fits(self, key: str, item: Item, path: Path) -> bool:
        for use in self._uses.get(path, {}).get(key, ()):
            equal = use.name == item.name and use.arguments == item.arguments
            if not equal and use.types & item.types:
                return False
            if not (equal and use.types == item.types) and self._clash(use, item):
                return False
        return True

    def _clash(self, use: _Use, item: Item) -> bool:
        shared = use.types & item.types if use.name == item.name else frozenset()
        mine, theirs = item.types - shared, use.types - shared
        if not mine or not theirs:
            return False
        ours = self._shapes_of(item.name, mine)
        others = self._shapes_of(use.name, theirs)
        return any(len(shapes | others[graph]) > 1 for graph, shapes in ours.items() if graph in others)

    def _shapes_of(self, name: str, types: frozenset[str]) -> dict[str, frozenset[_Shape]]:
        found: dict[str, frozenset[_Shape]] = {}
        for one in types:
            for graph, shapes in self._shapes_of_one(one, name).items():
                found[graph] = found.get(graph, frozenset()) | shapes
        return found

    def _shapes_of_one(self, type_name: str, name: str) -> dict[str, frozenset[_Shape]]:
        known = self._shapes.get((type_name, name))
        if known is None:
            known = {
                graph: frozenset({self._shape(subtype.fields[name].type.named, subtype.fields[name].type.wrap)})
                for graph, subtype in self._supergraph.subtypes.get(type_name, {}).items()
                if name in subtype.fields
            }
            self._shapes[type_name, name] = known
        return known

    def _shape(self, named: str, wrap: str) -> _Shape:
        known = self._supergraph.types.get(named)
        return wrap, "" if known and known.kind in _COMPOSITE else named
