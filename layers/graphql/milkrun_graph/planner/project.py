"""The projection: what of the working object the client sees, and under which keys."""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator

from milkrun_graph.planner.operation import TYPENAME, Item
from milkrun_graph.planner.plan import ProjectedField, Projection, Types
from milkrun_graph.supergraph.tables import Kind, Supergraph

type _Together = tuple[Item, ...]
"""Items that are one field of some objects."""


def project(supergraph: Supergraph, parent: str, items: Collection[Item]) -> Projection:
    """The selection set of ``items`` on the type ``parent``."""
    known = supergraph.types[parent]
    possible = frozenset(name for name in known.possible if not supergraph.types[name].inaccessible)
    asked = [item for item in items if not item.internal]
    fields = [
        _field(supergraph, together, None if types >= known.possible else types)
        for together, types in _ordered(asked, known.possible)
    ]
    if known.kind is Kind.OBJECT:
        return Projection(parent, possible, tuple(fields))
    told = any(item.name == TYPENAME and item.types >= known.possible and not item.filler for item in items)
    return Projection(None, possible, tuple(fields), told)


def _ordered(items: list[Item], possible: frozenset[str]) -> list[tuple[_Together, frozenset[str]]]:
    """The items that merge for some types, in an order that is the document's for each type.

    Types with the same fields may have them in different orders (GraphQL specification, section 6.3.2): then some
    fields come twice, each time for other types.
    """
    lines: dict[tuple[_Together, ...], set[str]] = {}
    for like in _alike(items, possible):
        lines.setdefault(_line(items, min(like)), set()).update(like)
    return list(_merged([(list(reversed(line)), types) for line, types in lines.items()]))


def _merged(lines: list[tuple[list[_Together], set[str]]]) -> Iterator[tuple[_Together, frozenset[str]]]:
    """The lines as one: what is first in all that still have it comes first. Each line is reversed, and used up."""
    remaining = Counter(together for line, _ in lines for together in line)
    while heads := list(dict.fromkeys(line[-1] for line, _ in lines if line)):
        ready = Counter(line[-1] for line, _ in lines if line)
        head = next((one for one in heads if ready[one] == remaining[one]), heads[0])
        remaining[head] -= ready[head]
        types = frozenset[str]()
        for line, own in lines:
            if line and line[-1] == head:
                line.pop()
                types |= own
        yield head, types


def _alike(items: list[Item], possible: frozenset[str]) -> Iterable[set[str]]:
    """The possible types, by which items they have at which places."""
    groups = list(dict.fromkeys(types for item in items for _, types in item.places)) + [item.types for item in items]
    if all(types >= possible for types in groups):
        return [set(possible)]
    found: dict[tuple[bool, ...], set[str]] = {}
    for name in sorted(possible):
        found.setdefault(tuple(name in types for types in groups), set()).add(name)
    return found.values()


def _line(items: list[Item], typename: str) -> tuple[_Together, ...]:
    """What objects of a type have: per response key the items that merge."""
    groups: dict[str, list[Item]] = {}
    for item in sorted((item for item in items if typename in item.types), key=lambda one: one.place(typename)):
        groups.setdefault(item.key, []).append(item)
    return tuple(map(tuple, groups.values()))


def _field(supergraph: Supergraph, items: _Together, types: Types) -> ProjectedField:
    first = items[0]
    named = first.type.named
    inner = [child for item in items for child in item.items]
    known = supergraph.types.get(named)
    return ProjectedField(
        key=first.key,
        source=first.source,
        wrap=first.type.wrap,
        named=named,
        types=types,
        projection=project(supergraph, named, inner) if inner else None,
        typename=first.name == TYPENAME,
        values=known.values if known and known.kind is Kind.ENUM else None,
        unauthorized=any(item.unauthorized for item in items),
        introspection=first.introspection,
    )
