"""Source keys: under which key each value is in the working object, so that no two values meet under one key.

A key is shared by equal fields (same name, same arguments).  It is not shared by different fields of one object,
nor by fields of different types whose shapes could not stand in one subgraph request (GraphQL
specification, SameResponseShape, but with that subgraph's types).
"""

from collections.abc import Iterable
from dataclasses import dataclass

from milkrun_graph.planner.operation import TYPENAME, Item
from milkrun_graph.planner.shapes import Shapes
from milkrun_graph.supergraph.tables import Arguments

type Path = tuple[str, ...]


@dataclass(slots=True)
class _Use:
    name: str
    arguments: Arguments
    types: frozenset[str]


class SourceKeys:
    """All source keys of one plan, by the path of the object that has them."""

    def __init__(self, shapes: Shapes, taken: frozenset[str]) -> None:
        self.shapes = shapes
        self._uses: dict[Path, dict[str, list[_Use]]] = {}
        self._prefix = "_m"
        while any(key.startswith(self._prefix) for key in taken):
            self._prefix = "_" + self._prefix
        self._count = 0

    def assign_all(self, items: Iterable[Item], path: Path = ()) -> None:
        """Gives every item of a tree its key: the client's own if it is free."""
        for item in items:
            if item.name != TYPENAME and not (item.introspection or item.unauthorized):
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
            if self.shapes.clash(use.name, use.types, item.name, item.types):
                return False
        return True
