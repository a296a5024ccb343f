"""Keys and requirements as items, the leaves under items, and what of them goes into a representation."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from milkrun_graph.planner.keys import SourceKeys
from milkrun_graph.planner.operation import TYPENAME, Item
from milkrun_graph.planner.plan import RepresentationField
from milkrun_graph.planner.shapes import Shapes
from milkrun_graph.supergraph.tables import FieldSet, Kind, Supergraph, TypeRef


@dataclass(frozen=True, slots=True)
class Hop:
    """One step of a chain of fields, for parent objects of ``types``."""

    item: Item
    types: frozenset[str]


type Chain = tuple[Hop, ...]


def typename_item(types: frozenset[str]) -> Item:
    """An internal ``__typename``."""
    return Item(TYPENAME, TYPENAME, types, TypeRef("String", "!"), source=TYPENAME, internal=True)


def chains(items: Iterable[Item], prefix: Chain = ()) -> Iterator[Chain]:
    """The chains to all leaves that a subgraph must answer."""
    for item in items:
        if item.unauthorized or item.introspection:
            continue
        chain = (*prefix, Hop(item, item.types))
        if item.items:
            yield from chains(item.items, chain)
        elif len(chain) > 1 or item.name != TYPENAME:
            yield chain


def items_of(supergraph: Supergraph, shapes: Shapes, fields: FieldSet, types: frozenset[str]) -> tuple[Item, ...]:
    """A field set on objects of ``types`` as items, with ``__typename`` below every abstract field."""
    items = []
    for one in fields:
        asked = types if one.types is None else types & one.types
        if not asked:
            continue
        if one.name == TYPENAME:
            items.append(typename_item(asked))
            continue
        type_ = type_of(supergraph, asked, one.name)
        inner: tuple[Item, ...] = ()
        if one.fields:
            possible = supergraph.possible(type_.named)
            inner = items_of(supergraph, shapes, one.fields, possible)
            known = supergraph.types[type_.named]
            if known.kind is not Kind.OBJECT and all(item.name != TYPENAME for item in inner):
                inner = (*inner, typename_item(possible))
        items.extend(
            Item(one.name, one.name, group, type_, one.arguments, items=_copies(inner), internal=True)
            for group in shapes.groups(one.name, asked)
        )
    return tuple(items)


def _copies(items: tuple[Item, ...]) -> tuple[Item, ...]:
    return tuple(replace(item, items=_copies(item.items)) for item in items)


def assign_sources(keys: SourceKeys, items: Iterable[Item], path: tuple[str, ...]) -> None:
    """Gives the items of a condition their keys, for good."""
    for item in items:
        item.source = keys.assign(item, path)
        assign_sources(keys, item.items, (*path, item.source))


def find_sources(keys: SourceKeys, items: Iterable[Item], path: tuple[str, ...]) -> None:
    """Gives the items of a condition the keys that exist; none to those that would be new."""
    for item in items:
        found = keys.find(item, path)
        item.source = found or ""
        if found:
            find_sources(keys, item.items, (*path, found))


def representation_fields(items: Iterable[Item], types: frozenset[str]) -> tuple[RepresentationField, ...]:
    """What of the items goes into a representation of objects of ``types``."""
    return tuple(
        RepresentationField(
            name=item.name,
            source=item.source,
            types=None if item.types >= types else item.types,
            fields=representation_fields(item.items, _union(item.items)),
        )
        for item in items
    )


def _union(items: Iterable[Item]) -> frozenset[str]:
    return frozenset[str]().union(*(item.types for item in items))


def type_of(supergraph: Supergraph, types: frozenset[str], name: str) -> TypeRef:
    """The type of a field that the types have, by themselves or by an interface."""
    for one in sorted(types):
        for owner in (one, *sorted(supergraph.interfaces.get(one, ()))):
            known = supergraph.types[owner].fields.get(name)
            if known:
                return known.type
    return TypeRef("String")
