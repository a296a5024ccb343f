"""Changes of directives that clients may write into operations."""

from collections.abc import Iterator, Mapping

from graphql import GraphQLDirective, GraphQLSchema
from graphql.language import DirectiveLocation

from milkrun_graph.checks import keys
from milkrun_graph.checks.change import Change
from milkrun_graph.checks.inputs import input_changes, of_directive
from milkrun_graph.checks.texts import text_changes

# GraphQL, "Directives": ExecutableDirectiveLocation.
EXECUTABLE = frozenset(
    {
        DirectiveLocation.QUERY,
        DirectiveLocation.MUTATION,
        DirectiveLocation.SUBSCRIPTION,
        DirectiveLocation.FIELD,
        DirectiveLocation.FRAGMENT_DEFINITION,
        DirectiveLocation.FRAGMENT_SPREAD,
        DirectiveLocation.INLINE_FRAGMENT,
        DirectiveLocation.VARIABLE_DEFINITION,
    }
)


def directive_changes(old_schema: GraphQLSchema, new_schema: GraphQLSchema) -> Iterator[Change]:
    """Differences in the directives for operations; those for schemas alone are no business of a client."""
    old, new = _executable(old_schema), _executable(new_schema)
    for name in old.keys() - new.keys():
        yield Change("DIRECTIVE_REMOVED", f"@{name}", f"@{name} was removed", frozenset({f"@{name}"}))
    for name in new.keys() - old.keys():
        yield Change("DIRECTIVE_ADDED", f"@{name}", f"@{name} was added")
    for name in old.keys() & new.keys():
        yield from _changed(old[name], new[name])
        yield from input_changes(old[name].args, new[name].args, of_directive(name))


def _executable(schema: GraphQLSchema) -> Mapping[str, GraphQLDirective]:
    return {directive.name: directive for directive in schema.directives if EXECUTABLE & set(directive.locations)}


def _changed(old: GraphQLDirective, new: GraphQLDirective) -> Iterator[Change]:
    where = f"@{old.name}"
    if old.is_repeatable and not new.is_repeatable:
        touches = frozenset({keys.repeated(old.name)})
        yield Change("DIRECTIVE_NOT_REPEATABLE", where, f"{where} may stand once at one place only", touches)
    if new.is_repeatable and not old.is_repeatable:
        yield Change("DIRECTIVE_REPEATABLE", where, f"{where} may be repeated")
    before, after = set(old.locations) & EXECUTABLE, set(new.locations) & EXECUTABLE
    for location in before - after:
        touches = frozenset({keys.located(old.name, location.name)})
        message = f"{where} may no longer stand on {location.name}"
        yield Change("DIRECTIVE_LOCATION_REMOVED", where, message, touches, subject=location.name)
    for location in after - before:
        message = f"{where} may stand on {location.name}"
        yield Change("DIRECTIVE_LOCATION_ADDED", where, message, subject=location.name)
    yield from text_changes(where, old, new)
