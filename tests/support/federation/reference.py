"""The naive reference: the merged schema, executed by graphql-core over the whole data set, without subgraphs."""

from collections.abc import Iterator
from copy import copy
from typing import Any, Self

from graphql import (
    ExecutionResult,
    GraphQLError,
    GraphQLResolveInfo,
    GraphQLSchema,
    InlineFragmentNode,
    Node,
    TypeDefinitionNode,
    build_ast_schema,
    execute_sync,
    parse,
    validate,
    value_from_ast_untyped,
)
from graphql.language import REMOVE, DocumentNode, Visitor, VisitorAction, ast, visit

from tests.support.federation.dataset import Dataset, Failed, Record
from tests.support.federation.ownership import read_ownership
from tests.support.federation.sdl import Selections, selections

HIDDEN = ("join__", "link__", "core__")


class Reference:
    """Knows nothing of keys or plans; hidden types and enum values become null.

    With a graph that is `down` the fields fail that it alone serves, and those that require such a field.
    """

    def __init__(self, supergraph: str, dataset: Dataset) -> None:
        self.schema = api_schema(supergraph)
        self.dataset = dataset
        self.ownership = read_ownership(supergraph)
        self.down: str | None = None

    def without(self, graph: str) -> Self:
        found = copy(self)
        found.down = graph
        return found

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
            self._want(record, info.parent_type.name, info.field_name)
            return self.dataset.value(None, record, info.field_name, arguments)
        except Failed as failure:
            raise GraphQLError(str(failure)) from failure

    def _want(self, record: Record, type_name: str, name: str) -> None:
        """Fail if this field cannot be had without the graph that is down."""
        if self.down is None:
            return
        servers = self.ownership.servers(type_name, name)
        if servers == [self.down]:
            raise Failed(f"{self.down} is down")
        for graph in servers:
            self._want_all(record, self.ownership.requires.get((graph, type_name, name), ()))

    def _want_all(self, record: Record, fields: Selections) -> None:
        for each in fields:
            if isinstance(each, InlineFragmentNode):
                condition = each.type_condition.name.value if each.type_condition else record.type_name
                if self.ownership.is_a(record.type_name, condition):
                    self._want_all(record, selections(each.selection_set))
                continue
            self._want(record, record.type_name, each.name.value)
            arguments = {part.name.value: value_from_ast_untyped(part.value) for part in each.arguments or ()}
            for below in _records(self.dataset.value(None, record, each.name.value, arguments)):
                self._want_all(below, selections(each.selection_set))


def _records(value: Any) -> Iterator[Record]:
    if isinstance(value, Record):
        yield value
    elif isinstance(value, list):
        for each in value:
            yield from _records(each)


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
