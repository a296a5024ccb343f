"""Nothing is fetched that nobody needs: not a request, and not a field of one."""

from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from graphql import FieldNode, InlineFragmentNode, OperationDefinitionNode, SelectionSetNode, parse
from hypothesis import given
from milkrun_graph.errors import PlanningFailed
from milkrun_graph.planner import Plan, plan_operation
from milkrun_graph.planner.plan import Entry, Fetch, Projection, RepresentationField, Segment, Types
from milkrun_graph.supergraph import Supergraph, read_supergraph

from tests.properties.graphql.test_random_supergraphs import OPERATIONS, examples, seeds
from tests.support.federation import AuditSuite
from tests.support.federation.worlds import Scene

TYPENAME = "__typename"

type Path = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Leaf:
    """A value of the working object, for objects of some types."""

    path: Path
    types: Types = None

    def meets(self, other: "Leaf") -> bool:
        return self.path == other.path and (self.types is None or other.types is None or bool(self.types & other.types))


def shown(projection: Projection, above: Path = ()) -> Iterator[Leaf]:
    """What the client gets, and the types that decide on it."""
    if projection.typename is None and (projection.told or any(field.types for field in projection.fields)):
        yield Leaf((*above, TYPENAME))
    for field in projection.fields:
        path = (*above, TYPENAME if field.typename else field.source)
        if field.projection:
            yield from shown(field.projection, path)
        else:
            yield Leaf(path, field.types)


def asked_with(fetch: Fetch) -> Iterator[Leaf]:
    """What a request is made of."""
    yield from along(fetch.path)
    for entry in fetch.entries:
        yield from told_of(entry)


def along(path: tuple[Segment, ...]) -> Iterator[Leaf]:
    for at, segment in enumerate(path, 1):
        if segment.types is not None:
            yield Leaf((*keys(path[:at]), TYPENAME))


def told_of(entry: Entry) -> Iterator[Leaf]:
    here, shape = keys(entry.path), entry.representation
    yield from along(entry.path)
    if shape.typename is None or entry.types is not None:
        yield Leaf((*here, TYPENAME))
    yield from represented((*shape.keys, *shape.requires), here)
    for context in entry.contexts:
        for choice in context.choices:
            yield Leaf((*here[: context.depth], *choice.keys))


def represented(fields: tuple[RepresentationField, ...], above: Path) -> Iterator[Leaf]:
    for field in fields:
        path = (*above, field.source)
        if field.types is not None:
            yield Leaf((*above, TYPENAME))
        if field.fields:
            yield from represented(field.fields, path)
        else:
            yield Leaf(path, field.types)


def keys(path: tuple[Segment, ...]) -> Path:
    return tuple(segment.key for segment in path)


def selected(tables: Supergraph, fetch: Fetch) -> Iterator[Leaf]:
    """The leaves of a request, at all places that its answer goes to."""
    operation = parse(fetch.query, no_location=True).definitions[0]
    assert isinstance(operation, OperationDefinitionNode)
    if not fetch.entries:
        yield from leaves(tables, operation.selection_set, keys(fetch.path))
        return
    lists = {field.alias.value if field.alias else field.name.value: field for field in fields_of(operation)}
    for entry in fetch.entries:
        selection = lists[entry.alias].selection_set
        assert selection
        yield from leaves(tables, selection, keys(entry.path))


def fields_of(operation: OperationDefinitionNode) -> Iterator[FieldNode]:
    return (node for node in operation.selection_set.selections if isinstance(node, FieldNode))


def leaves(tables: Supergraph, selection: SelectionSetNode, above: Path, types: Types = None) -> Iterator[Leaf]:
    """A lonely ``__typename`` stands for nothing: it only makes the selection valid."""
    for node in selection.selections:
        if isinstance(node, InlineFragmentNode):
            assert node.type_condition
            own = tables.possible(node.type_condition.name.value)
            yield from leaves(tables, node.selection_set, above, own if types is None else types & own)
            continue
        assert isinstance(node, FieldNode)
        path = (*above, node.alias.value if node.alias else node.name.value)
        if node.selection_set:
            yield from leaves(tables, node.selection_set, path)
        elif node.name.value != TYPENAME or len(selection.selections) > 1:
            yield Leaf(path, types)


def wasted(tables: Supergraph, plan: Plan) -> list[str]:
    """The requests that no one waits for, and the leaves that no one reads."""
    needed = list(shown(plan.projection))
    found = {fetch.id: list(selected(tables, fetch)) for fetch in plan.fetches}
    idle = list(plan.fetches)
    while live := [fetch for fetch in idle if not found[fetch.id] or used(found[fetch.id], needed)]:
        idle = [fetch for fetch in idle if fetch not in live]
        needed += [leaf for fetch in live for leaf in asked_with(fetch)]
    unread = [str(leaf) for leaves in found.values() for leaf in leaves if not used([leaf], needed)]
    return [fetch.query for fetch in idle] + unread


def used(leaves: list[Leaf], needed: list[Leaf]) -> bool:
    return any(leaf.meets(other) for leaf in leaves for other in needed)


@given(seeds)
@examples(150)
def test_every_leaf_of_every_request_is_shown_or_needed_to_get_what_is(seed: int) -> None:
    scene = Scene.draw(seed)
    tables = read_supergraph(scene.supergraph)
    for _ in range(OPERATIONS):
        operation = scene.operation()
        made = plan_operation(tables, parse(operation.query), None, operation.variables)
        assert wasted(tables, made) == [], operation.query


@pytest.mark.parametrize("suite", AuditSuite.names())
def test_nothing_is_asked_in_vain_in_the_audit(suite: str) -> None:
    audit = AuditSuite.load(suite)
    tables = read_supergraph(audit.supergraph)
    for case in audit.cases:
        try:
            made = plan_operation(tables, parse(case.query))
        except PlanningFailed:
            continue
        assert wasted(tables, made) == [], case.query
