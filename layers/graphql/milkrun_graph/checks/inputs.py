"""Changes of what clients send: arguments of fields and of directives, and fields of input objects.

The three have the same rules and differ in names alone.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from graphql import GraphQLArgument, GraphQLInputField, Undefined, is_non_null_type, print_ast
from graphql.utilities.get_default_value_ast import get_default_value_ast
from graphql.utilities.sort_value_node import sort_value_node

from milkrun_graph.checks import keys
from milkrun_graph.checks.change import Change, Evidence
from milkrun_graph.checks.texts import text_changes
from milkrun_graph.checks.variance import safe_to_send

Input = GraphQLArgument | GraphQLInputField


@dataclass(frozen=True, slots=True)
class Place:
    """Where inputs stand: ``kind`` completes the codes, ``used`` is the use key of whatever takes them."""

    kind: str
    noun: str
    used: str
    coordinate: Callable[[str], str]


def of_field(field: str) -> Place:
    """The arguments of ``Type.field``."""
    return Place("ARGUMENT", "argument", field, lambda name: keys.argument(field, name))


def of_directive(name: str) -> Place:
    """The arguments of a directive."""
    return Place("DIRECTIVE_ARGUMENT", "argument", f"@{name}", lambda argument: keys.argument(f"@{name}", argument))


def of_input_object(name: str) -> Place:
    """The fields of an input object."""
    return Place("INPUT_FIELD", "input field", keys.sent(name), lambda field: f"{name}.{field}")


def input_changes(old: Mapping[str, Input], new: Mapping[str, Input], place: Place) -> Iterator[Change]:
    """All changes between two sets of inputs of one place."""
    for name in old.keys() - new.keys():
        where = place.coordinate(name)
        message = f"{where} was removed; whoever sends it is refused"
        yield Change(f"{place.kind}_REMOVED", where, message, frozenset({where}))
    for name in new.keys() - old.keys():
        yield _added(place, place.coordinate(name), new[name])
    for name in old.keys() & new.keys():
        yield from _changed(place, place.coordinate(name), old[name], new[name])


def _added(place: Place, where: str, new: Input) -> Change:
    touches = frozenset({place.used})
    if is_required(new):
        message = f"the required {place.noun} {where}: {new.type} was added; nobody sends it yet"
        return Change(f"REQUIRED_{place.kind}_ADDED", where, message, touches)
    message = f"the optional {place.noun} {where}: {new.type} was added"
    return Change(f"OPTIONAL_{place.kind}_ADDED", where, message, touches)


def _changed(place: Place, where: str, old: Input, new: Input) -> Iterator[Change]:
    touches = frozenset({where, place.used})
    if str(old.type) != str(new.type):
        safe = safe_to_send(old.type, new.type)
        code = f"{place.kind}_TYPE_{'WIDENED' if safe else 'CHANGED'}"
        message = f"{where} takes {new.type} instead of {old.type}"
        yield Change(code, where, message, touches, Evidence.FAILURE)
    yield from _default_changes(place, where, old, new)
    yield from text_changes(where, old, new)


def _default_changes(place: Place, where: str, old: Input, new: Input) -> Iterator[Change]:
    before, after = printed_default(old), printed_default(new)
    if before == after:
        return
    if is_required(new) and is_non_null_type(old.type):
        message = f"{where} lost its default {before} and is required now"
        touches = frozenset({where, place.used})
        yield Change(f"{place.kind}_MADE_REQUIRED", where, message, touches, Evidence.FAILURE)
        return
    message = f"the default of {where} is {after or 'gone'}; it was {before or 'not there'}"
    yield Change(f"{place.kind}_DEFAULT_CHANGED", where, message, frozenset({keys.omitted(where)}))


def is_required(place: Input) -> bool:
    """Whether leaving it out is an error (GraphQL, "Required Arguments" and "Input Object Required Fields")."""
    return is_non_null_type(place.type) and not has_default(place)


def has_default(place: Input) -> bool:
    """Whether it may be left out and has a value all the same."""
    return place.default is not None or place.default_value is not Undefined


def printed_default(place: Any) -> str | None:
    """The default as introspection shows it, object fields sorted; None if there is none."""
    node = get_default_value_ast(place)
    return None if node is None else print_ast(sort_value_node(node))
