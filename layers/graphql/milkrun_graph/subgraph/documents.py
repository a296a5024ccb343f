"""A request's document: parsed and validated once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from graphql import (
    FragmentDefinitionNode,
    GraphQLError,
    GraphQLSchema,
    GraphQLSyntaxError,
    OperationDefinitionNode,
    OperationType,
    VariableValues,
    get_variable_values,
    parse,
    validate,
)

from milkrun_graph.errors import RequestRefused

MAX_ERRORS = 20


class DocumentRefused(RequestRefused):
    """The request cannot be executed; ``errors`` are formatted."""

    def __init__(self, code: str, errors: list[GraphQLError]) -> None:
        super().__init__(errors[0].message)
        self.errors = [{**error.formatted, "extensions": {"code": code}} for error in errors]


@dataclass(frozen=True, slots=True)
class Document:
    """A valid document."""

    operations: tuple[OperationDefinitionNode, ...]
    fragments: Mapping[str, FragmentDefinitionNode]

    def operation(self, name: str | None) -> OperationDefinitionNode:
        """The operation of that name, or the only one.  Raises DocumentRefused."""
        found = [one for one in self.operations if name is None or (one.name and one.name.value == name)]
        if len(found) != 1:
            reason = f"there is no operation {name}" if name else "`operationName` must say which operation"
            raise DocumentRefused("OPERATION_RESOLUTION_FAILURE", [GraphQLError(reason)])
        if found[0].operation is OperationType.SUBSCRIPTION:
            raise DocumentRefused("OPERATION_NOT_SUPPORTED", [GraphQLError("a subscription cannot be run this way")])
        return found[0]

    def variables(
        self, operation: OperationDefinitionNode, schema: GraphQLSchema, given: Mapping[str, Any]
    ) -> VariableValues:
        """The variables as the schema types them.  Raises DocumentRefused."""
        values = get_variable_values(schema, operation.variable_definitions or (), dict(given), max_errors=MAX_ERRORS)
        if isinstance(values, list):
            raise DocumentRefused("BAD_USER_INPUT", values)
        return values


def read_document(text: str, schema: GraphQLSchema) -> Document:
    """Parse and validate.  Raises DocumentRefused."""
    try:
        document = parse(text)
    except GraphQLSyntaxError as error:
        raise DocumentRefused("GRAPHQL_PARSE_FAILED", [error]) from error
    errors = validate(schema, document, max_errors=MAX_ERRORS)
    if errors:
        raise DocumentRefused("GRAPHQL_VALIDATION_FAILED", errors)
    definitions = document.definitions
    return Document(
        tuple(node for node in definitions if isinstance(node, OperationDefinitionNode)),
        {node.name.value: node for node in definitions if isinstance(node, FragmentDefinitionNode)},
    )
