"""Answers ``__schema`` and ``__type`` from the API schema."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from graphql import GraphQLSchema, execute_sync, parse
from graphql.language import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    InlineFragmentNode,
    OperationDefinitionNode,
    SelectionSetNode,
)

_FIELDS = ("__schema", "__type")


def introspect(schema: GraphQLSchema, operation: str, variables: Mapping[str, Any]) -> dict[str, Any]:
    """The data of an operation's introspection fields.  It was validated before."""
    document = parse(operation, no_location=True)
    result = execute_sync(schema, _only(document), variable_values=dict(variables))
    return result.data or {}


def _only(document: DocumentNode) -> DocumentNode:
    """The document with nothing but introspection fields at its root, those of fragments included."""
    fragments = {node.name.value: node for node in document.definitions if isinstance(node, FragmentDefinitionNode)}
    return replace(
        document,
        definitions=tuple(
            replace(node, selection_set=SelectionSetNode(selections=tuple(_fields(node.selection_set, fragments))))
            if isinstance(node, OperationDefinitionNode)
            else node
            for node in document.definitions
        ),
    )


def _fields(node: SelectionSetNode, fragments: Mapping[str, FragmentDefinitionNode]) -> Iterator[FieldNode]:
    for selection in node.selections:
        if isinstance(selection, FieldNode):
            if selection.name.value in _FIELDS:
                yield selection
        elif isinstance(selection, InlineFragmentNode):
            yield from _fields(selection.selection_set, fragments)
        elif isinstance(selection, FragmentSpreadNode):
            yield from _fields(fragments[selection.name.value].selection_set, fragments)
