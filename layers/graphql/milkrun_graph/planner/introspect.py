"""Splits off what is asked of the schema itself: it never goes to a subgraph."""

from graphql import DocumentNode, print_ast
from graphql.language import (
    FragmentDefinitionNode,
    OperationDefinitionNode,
)

from milkrun_graph.planner.operation import Item


def introspection_of(
    document: DocumentNode, definition: OperationDefinitionNode, items: tuple[Item, ...]
) -> str | None:
    """The operation and its fragments, if any of its items is an introspection field.

    It is the client's whole operation: run it with a root value that has no fields, and take from the result
    only what the projection marks as introspection.
    """
    if not any(item.introspection for item in items):
        return None
    fragments = [print_ast(node) for node in document.definitions if isinstance(node, FragmentDefinitionNode)]
    return "\n".join([print_ast(definition), *fragments])
