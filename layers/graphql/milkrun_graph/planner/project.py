"""The projection: what of the working object the client sees, and under which keys."""

from collections.abc import Iterable

from milkrun_graph.planner.operation import TYPENAME, Item
from milkrun_graph.planner.plan import ProjectedField, Projection, Types
from milkrun_graph.supergraph.tables import Kind, Supergraph


def project(supergraph: Supergraph, parent: str, items: Iterable[Item]) -> Projection:
    """The selection set of ``items`` on the type ``parent``."""
    known = supergraph.types[parent]
    possible = frozenset(name for name in known.possible if not supergraph.types[name].inaccessible)
    groups: dict[str, list[Item]] = {}
    for item in items:
        if not item.internal:
            groups.setdefault(item.key, []).append(item)
    fields: list[ProjectedField] = []
    for group in groups.values():
        for types, together in _apart(group):
            fields.append(_field(supergraph, together, None if types >= known.possible else types))
    return Projection(parent if known.kind is Kind.OBJECT else None, possible, tuple(fields))


def _apart(group: list[Item]) -> list[tuple[frozenset[str], list[Item]]]:
    """The items of one key by the types that have the same of them."""
    if len(group) == 1:
        return [(group[0].types, group)]
    by_type: dict[str, list[Item]] = {}
    for item in group:
        for name in sorted(item.types):
            by_type.setdefault(name, []).append(item)
    merged: dict[tuple[int, ...], tuple[set[str], list[Item]]] = {}
    for name, items in by_type.items():
        merged.setdefault(tuple(map(id, items)), (set(), items))[0].add(name)
    return [(frozenset(names), items) for names, items in merged.values()]


def _field(supergraph: Supergraph, items: list[Item], types: Types) -> ProjectedField:
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
