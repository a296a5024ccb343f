"""The naive reference: the merged schema, executed by graphql-core over the whole data set, without subgraphs."""

from typing import Any

from graphql import (
    ExecutionResult,
    GraphQLError,
    GraphQLResolveInfo,
    GraphQLSchema,
    Node,
    TypeDefinitionNode,
    build_ast_schema,
    execute_sync,
    parse,
    validate,
)
from graphql.language import REMOVE, DocumentNode, Visitor, VisitorAction, ast, visit

from tests.support.federation.dataset import Dataset, Failed, Record

HIDDEN = ("join__", "link__", "core__")


class Reference:
    """Knows nothing of graphs, keys or plans; hidden types and enum values become null."""

    def __init__(self, supergraph: str, dataset: Dataset) -> None:
        self.schema = api_schema(supergraph)
        self.dataset = dataset

    def execute(self, query: str, variables: dict[str, Any] | None = None, *, valid: bool = False) -> ExecutionResult:
        document = parse(query, no_location=True)
        if not valid and (errors := validate(self.schema, document)):
            return ExecutionResult(None, errors)
        return execute_sync(
            self.schema,
            document,
            None,
            variable_values=variables,
            field_resolver=self._resolve,
            type_resolver=lambda record, *_: record.type_name,
        )

    def _resolve(self, source: Record | None, info: GraphQLResolveInfo[None], **arguments: Any) -> Any:
        record = source or self.dataset.records[info.parent_type.name]
        try:
            return self.dataset.value(None, record, info.field_name, arguments)
        except Failed as failure:
            raise GraphQLError(str(failure)) from failure


def api_schema(supergraph: str) -> GraphQLSchema:
    """The supergraph without the specifications' own definitions and without what is @inaccessible."""
    document = visit(parse(supergraph, no_location=True), _Public())
    assert isinstance(document, DocumentNode)
    return build_ast_schema(document, assume_valid=True, assume_valid_sdl=True)


class _Public(Visitor):
    def enter(self, node: Node, *_: Any) -> VisitorAction:
        if isinstance(node, ast.DirectiveNode | ast.DirectiveDefinitionNode):
            return REMOVE
        if isinstance(node, TypeDefinitionNode) and node.name.value.startswith(HIDDEN):
            return REMOVE
        hidden = any(each.name.value == "inaccessible" for each in getattr(node, "directives", None) or ())
        return REMOVE if hidden else None
