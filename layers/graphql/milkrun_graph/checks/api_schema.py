"""The API schema of a document: what clients see of a supergraph, or the document itself if it is none.

Stripped are whatever a linked feature brings (link v1.0: the definitions named by its prefix or its imports) and
whatever is `@inaccessible`.
"""

from collections.abc import Iterable, Iterator
from typing import Any

from graphql import GraphQLError, GraphQLSchema, build_ast_schema, parse, validate_schema
from graphql.language import (
    ConstDirectiveNode,
    DefinitionNode,
    DirectiveDefinitionNode,
    DocumentNode,
    NamedTypeNode,
    SchemaDefinitionNode,
    SchemaExtensionNode,
)

from milkrun_graph.errors import GraphError
from milkrun_graph.supergraph.links import Links, read_links

SPECIFIED = frozenset({"include", "skip", "deprecated", "specifiedBy", "oneOf"})
LINKING = frozenset({"link", "core"})
SchemaNode = SchemaDefinitionNode | SchemaExtensionNode


class SchemaUnreadable(GraphError):
    """The document is no schema."""

    code = "INVALID_SCHEMA"


def api_schema(sdl: str) -> GraphQLSchema:
    """Read a supergraph or an API schema.  Raises SchemaUnreadable, or SupergraphInvalid for a strange supergraph."""
    try:
        schema = build_ast_schema(api_document(parse(sdl)), assume_valid_sdl=True)
        found = validate_schema(schema)
    except (GraphQLError, TypeError) as error:  # a TypeError is how an unknown type is reported
        raise SchemaUnreadable(str(error)) from error
    if found:
        raise SchemaUnreadable("; ".join(error.message for error in found))
    return schema


def api_document(document: DocumentNode) -> DocumentNode:
    """The document without its linked features and without what is inaccessible."""
    nodes = [node for node in document.definitions if isinstance(node, SchemaNode)]
    if not any(directive.name.value in LINKING for node in nodes for directive in node.directives or ()):
        return document
    return DocumentNode(definitions=tuple(_Stripper(read_links(nodes), document).definitions()), loc=document.loc)


class _Stripper:
    """Takes one document apart; what hangs on a hidden type goes with it."""

    def __init__(self, links: Links, document: DocumentNode) -> None:
        self.document = document
        self.prefixes = set(links.prefixes.values()) | LINKING
        self.imported = {
            f"@{name}" if original.startswith("@") else name for (_, original), name in links.imports.items()
        }
        self.hiding = links.directive("inaccessible", "inaccessible")
        self.gone = {_name(node) for node in document.definitions if self.is_foreign(node) or self.is_hidden(node)}
        defined = {_name(node) for node in document.definitions if isinstance(node, DirectiveDefinitionNode)}
        self.known = {name.removeprefix("@") for name in defined - self.gone} | SPECIFIED

    def is_foreign(self, node: DefinitionNode) -> bool:
        """Whether a linked feature brought it."""
        name = _name(node)
        prefix, separator, _ = name.removeprefix("@").partition("__")
        owned = prefix in self.prefixes and (bool(separator) or name.startswith("@"))
        return (owned or name in self.imported) and name.removeprefix("@") not in SPECIFIED

    def is_hidden(self, node: Any) -> bool:
        """Whether it says itself that it is inaccessible."""
        return any(directive.name.value == self.hiding for directive in getattr(node, "directives", None) or ())

    def definitions(self) -> Iterator[DefinitionNode]:
        """What is left, stripped."""
        for node in self.document.definitions:
            if isinstance(node, SchemaNode) or _name(node) not in self.gone:
                yield self.stripped(node)

    def stripped(self, node: Any) -> Any:
        """A copy without hidden children and without directives that have no definition anymore."""
        changes: dict[str, Any] = {}
        for part in ("fields", "values", "arguments", "operation_types"):
            if (children := getattr(node, part, None)) is not None:
                changes[part] = tuple(self.stripped(child) for child in children if self.is_kept(child))
        for part in ("interfaces", "types"):
            if (names := getattr(node, part, None)) is not None:
                changes[part] = tuple(self.visible(names))
        if (directives := getattr(node, "directives", None)) is not None:
            changes["directives"] = tuple(self.applied(directives))
        return type(node)(**{key: getattr(node, key) for key in node.keys} | changes)

    def is_kept(self, node: Any) -> bool:
        """Whether a field, an argument, a value or a root type stays."""
        return not self.is_hidden(node) and (not hasattr(node, "type") or _inner_name(node.type) not in self.gone)

    def visible(self, names: Iterable[NamedTypeNode]) -> Iterator[NamedTypeNode]:
        """The named types that stay."""
        return (node for node in names if node.name.value not in self.gone)

    def applied(self, directives: Iterable[ConstDirectiveNode]) -> Iterator[ConstDirectiveNode]:
        """The directives that still have a definition."""
        return (node for node in directives if node.name.value in self.known)


def _name(node: Any) -> str:
    """``Type`` or ``@directive``; nothing for a schema definition."""
    bare = node.name.value if getattr(node, "name", None) else ""
    return f"@{bare}" if isinstance(node, DirectiveDefinitionNode) else bare


def _inner_name(node: Any) -> str:
    while not isinstance(node, NamedTypeNode):
        node = node.type
    return node.name.value
