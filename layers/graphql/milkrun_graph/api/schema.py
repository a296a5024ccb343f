"""The API schema of a supergraph: the merged types without the machinery and without what ``@inaccessible`` hides."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from graphql import DocumentNode, GraphQLSchema, build_ast_schema, parse
from graphql.language import (
    DefinitionNode,
    DirectiveDefinitionNode,
    EnumTypeDefinitionNode,
    FieldDefinitionNode,
    InputObjectTypeDefinitionNode,
    InterfaceTypeDefinitionNode,
    ObjectTypeDefinitionNode,
    SchemaDefinitionNode,
    SchemaExtensionNode,
    TypeDefinitionNode,
    UnionTypeDefinitionNode,
)

from milkrun_graph.supergraph.links import Links, read_links

# The directives that mean something to clients (GraphQL specification, section 3.13).
_PUBLIC = {"deprecated", "specifiedBy", "oneOf"}


def api_schema(supergraph: str) -> GraphQLSchema:
    """The API schema, ready for validation and introspection.  It costs several times the reading of the tables."""
    return build_ast_schema(api_document(parse(supergraph, no_location=True)), assume_valid=True)


def api_document(supergraph: DocumentNode) -> DocumentNode:
    """The definitions of the API schema."""
    schema = [node for node in supergraph.definitions if isinstance(node, SchemaDefinitionNode | SchemaExtensionNode)]
    view = _View(read_links(schema))
    hidden = {
        node.name.value for node in supergraph.definitions if isinstance(node, TypeDefinitionNode) and view.hides(node)
    }
    kept = [view.trim(node, hidden) for node in supergraph.definitions if view.keeps(node, hidden)]
    return DocumentNode(definitions=tuple(node for node in kept if not _is_empty(node)))


class _View:
    """Which definitions belong to linked specifications, and which are hidden."""

    def __init__(self, links: Links) -> None:
        self._inaccessible = links.directive("inaccessible", "inaccessible")
        self._own = {*links.prefixes.values(), *links.imports.values()}
        self._prefixes = tuple(f"{prefix}__" for prefix in links.prefixes.values())

    def hides(self, node: Any) -> bool:
        return any(directive.name.value == self._inaccessible for directive in node.directives or ())

    def keeps(self, node: DefinitionNode, hidden: set[str]) -> bool:
        if isinstance(node, SchemaExtensionNode):
            return False
        if not isinstance(node, TypeDefinitionNode | DirectiveDefinitionNode):
            return True
        name = node.name.value
        if name.startswith(self._prefixes) or name in hidden:
            return False
        return not (isinstance(node, DirectiveDefinitionNode) and name in self._own)

    def trim(self, node: DefinitionNode, hidden: set[str]) -> DefinitionNode:
        """The definition without applied directives and hidden parts."""
        if isinstance(node, SchemaDefinitionNode):
            return replace(node, directives=())
        if isinstance(node, DirectiveDefinitionNode):
            return replace(node, arguments=self._visible(node.arguments))
        if isinstance(node, TypeDefinitionNode):
            return replace(node, directives=_public(node.directives), **self._parts(node, hidden))
        return node

    def _parts(self, node: TypeDefinitionNode, hidden: set[str]) -> dict[str, Any]:
        if isinstance(node, ObjectTypeDefinitionNode | InterfaceTypeDefinitionNode):
            interfaces = tuple(name for name in node.interfaces or () if name.name.value not in hidden)
            return {"interfaces": interfaces, "fields": self._visible(node.fields)}
        if isinstance(node, InputObjectTypeDefinitionNode):
            return {"fields": self._visible(node.fields)}
        if isinstance(node, UnionTypeDefinitionNode):
            return {"types": tuple(name for name in node.types or () if name.name.value not in hidden)}
        if isinstance(node, EnumTypeDefinitionNode):
            return {"values": self._visible(node.values)}
        return {}

    def _visible(self, nodes: Iterable[Any] | None) -> tuple[Any, ...]:
        return tuple(self._plain(node) for node in nodes or () if not self.hides(node))

    def _plain(self, node: Any) -> Any:
        more = {"arguments": self._visible(node.arguments)} if isinstance(node, FieldDefinitionNode) else {}
        return replace(node, directives=_public(node.directives), **more)


def _public(directives: Iterable[Any] | None) -> tuple[Any, ...]:
    return tuple(directive for directive in directives or () if directive.name.value in _PUBLIC)


def _is_empty(node: DefinitionNode) -> bool:
    """A type of which everything is hidden."""
    if isinstance(node, ObjectTypeDefinitionNode | InterfaceTypeDefinitionNode | InputObjectTypeDefinitionNode):
        return not node.fields
    if isinstance(node, UnionTypeDefinitionNode):
        return not node.types
    return isinstance(node, EnumTypeDefinitionNode) and not node.values
