"""All changes between two API schemas."""

from collections.abc import Iterator

from graphql import GraphQLSchema
from graphql.language import OperationType

from milkrun_graph.checks import keys
from milkrun_graph.checks.change import Change, Severity
from milkrun_graph.checks.directives import directive_changes
from milkrun_graph.checks.types import type_changes

_ORDER = list(Severity)


def difference(old: GraphQLSchema, new: GraphQLSchema) -> tuple[Change, ...]:
    """What changed, worst first, then by coordinate."""
    found = [*_root_changes(old, new), *type_changes(old, new), *directive_changes(old, new)]
    return tuple(
        sorted(
            found, key=lambda change: (_ORDER.index(change.severity), change.coordinate, change.code, change.subject)
        )
    )


def _root_changes(old: GraphQLSchema, new: GraphQLSchema) -> Iterator[Change]:
    for kind in OperationType:
        before, after = old.get_root_type(kind), new.get_root_type(kind)
        touches = frozenset({keys.operation(kind.value)})
        if before and not after:
            message = f"there is no {kind.value} anymore: its root type {before.name} is gone"
            yield Change("ROOT_TYPE_REMOVED", before.name, message, touches)
        elif after and not before:
            yield Change("ROOT_TYPE_ADDED", after.name, f"there is a {kind.value} now: {after.name}")
        elif before and after and before.name != after.name:
            message = f"every {kind.value} starts at {after.name} instead of {before.name}"
            yield Change("ROOT_TYPE_CHANGED", before.name, message, touches)
