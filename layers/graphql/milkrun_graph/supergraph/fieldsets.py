"""Field sets (of ``@key``, ``@requires``, ``@provides``) as trees with their type conditions resolved."""

from collections.abc import Callable, Iterable

from graphql import ArgumentNode, GraphQLError, OperationDefinitionNode, SelectionSetNode, parse, print_ast
from graphql.language import FieldNode, InlineFragmentNode

from milkrun_graph.errors import SupergraphInvalid
from milkrun_graph.supergraph.tables import Arguments, FieldSet, SetField

type Possible = Callable[[str], frozenset[str]]


def parse_field_set(text: str, possible: Possible) -> FieldSet:
    """``text`` is what stands between the braces; braces of its own do no harm.

    >>> parse_field_set("id ... on A { b }", lambda name: frozenset({name}))[0].name
    'id'
    """
    braced = text if text.lstrip().startswith("{") else "{" + text + "}"
    try:
        operation = parse(braced, no_location=True).definitions[0]
    except GraphQLError as error:
        raise SupergraphInvalid(f"not a field set: {text!r} ({error.message})") from error
    if not isinstance(operation, OperationDefinitionNode):
        raise SupergraphInvalid(f"not a field set: {text!r}")
    return _selection(operation.selection_set, None, possible)


def print_arguments(arguments: Iterable[ArgumentNode]) -> Arguments:
    """Arguments in their canonical form."""
    return tuple(sorted((argument.name.value, print_ast(argument.value)) for argument in arguments))


def _selection(node: SelectionSetNode, types: frozenset[str] | None, possible: Possible) -> FieldSet:
    fields: list[SetField] = []
    for selection in node.selections:
        if isinstance(selection, FieldNode):
            inner = _selection(selection.selection_set, None, possible) if selection.selection_set else ()
            fields.append(SetField(selection.name.value, print_arguments(selection.arguments or ()), types, inner))
        elif isinstance(selection, InlineFragmentNode):
            fields.extend(_selection(selection.selection_set, _narrow(selection, types, possible), possible))
    return tuple(fields)


def _narrow(node: InlineFragmentNode, types: frozenset[str] | None, possible: Possible) -> frozenset[str] | None:
    if node.type_condition is None:
        return types
    named = possible(node.type_condition.name.value)
    return named if types is None else types & named
