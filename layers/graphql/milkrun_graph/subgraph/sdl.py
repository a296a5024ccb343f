"""From a subgraph's SDL to a schema that can be executed.

Directives of federation say nothing about execution, so none is defined or checked here: whether they are right is for
composition to say.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from graphql import (
    BooleanValueNode,
    DefinitionNode,
    DirectiveNode,
    DocumentNode,
    GraphQLError,
    GraphQLSchema,
    ListValueNode,
    ObjectTypeDefinitionNode,
    ObjectTypeExtensionNode,
    ObjectValueNode,
    OperationTypeDefinitionNode,
    StringValueNode,
    build_ast_schema,
    parse,
)

from milkrun_graph.errors import GraphError

_FEDERATION = "https://specs.apollo.dev/federation/"


class SubgraphInvalid(GraphError):
    """The SDL cannot be served, or the resolvers do not fit it."""

    code = "INVALID_SUBGRAPH"


@dataclass(frozen=True, slots=True)
class Executable:
    """``entities``: the names of the types that the gateway may ask for by key."""

    schema: GraphQLSchema
    entities: frozenset[str]


def read_sdl(text: str) -> Executable:
    """The SDL with ``_service`` and ``_entities`` added.  Raises SubgraphInvalid."""
    try:
        written = parse(text, no_location=True)
        document = DocumentNode(definitions=tuple(_defined(written)))
        entities = sorted(set(_entities(document)))
        added = parse(_additions(document, entities), no_location=True)
        whole = DocumentNode(definitions=(*document.definitions, *added.definitions))
        schema = build_ast_schema(whole, assume_valid=True, assume_valid_sdl=True)
    except (GraphQLError, TypeError) as error:  # graphql-core raises both for a type that is not there
        raise SubgraphInvalid(f"the SDL cannot be served: {error}") from error
    return Executable(schema, frozenset(entities))


def _defined(document: DocumentNode) -> Iterator[DefinitionNode]:
    """The definitions, where a type that is only extended (its definition is another subgraph's) counts as defined."""
    defined = {node.name.value for node in document.definitions if isinstance(node, ObjectTypeDefinitionNode)}
    for node in document.definitions:
        if isinstance(node, ObjectTypeExtensionNode) and node.name.value not in defined:
            defined.add(node.name.value)
            yield ObjectTypeDefinitionNode(
                name=node.name, directives=node.directives, interfaces=node.interfaces, fields=node.fields
            )
        else:
            yield node


def _entities(document: DocumentNode) -> Iterator[str]:
    key = _key_name(document)
    for node in document.definitions:
        if isinstance(node, ObjectTypeDefinitionNode | ObjectTypeExtensionNode):
            for directive in node.directives or ():
                if directive.name.value == key and _is_resolvable(directive):
                    yield node.name.value


def _is_resolvable(directive: DirectiveNode) -> bool:
    return not any(
        argument.name.value == "resolvable"
        and isinstance(argument.value, BooleanValueNode)
        and not argument.value.value
        for argument in directive.arguments or ()
    )


def _key_name(document: DocumentNode) -> str:
    """What the document calls ``@key``: it may be imported, under another name too, or else it has a prefix."""
    for directive in _links(document):
        arguments = {argument.name.value: argument.value for argument in directive.arguments or ()}
        url, prefix, imports = arguments.get("url"), arguments.get("as"), arguments.get("import")
        if not (isinstance(url, StringValueNode) and url.value.startswith(_FEDERATION)):
            continue
        for value in imports.values if isinstance(imports, ListValueNode) else ():
            if isinstance(value, StringValueNode) and value.value == "@key":
                return "key"
            if isinstance(value, ObjectValueNode):
                renamed = {entry.name.value: getattr(entry.value, "value", "") for entry in value.fields}
                if renamed.get("name") == "@key":
                    return str(renamed.get("as", "@key")).removeprefix("@")
        return f"{prefix.value if isinstance(prefix, StringValueNode) else 'federation'}__key"
    return "key"


def _links(document: DocumentNode) -> Iterator[DirectiveNode]:
    for node in document.definitions:
        if node.kind in ("schema_definition", "schema_extension"):
            yield from (one for one in getattr(node, "directives", None) or () if one.name.value == "link")


def _query_type(document: DocumentNode) -> str:
    for node in document.definitions:
        for root in getattr(node, "operation_types", None) or ():
            if isinstance(root, OperationTypeDefinitionNode) and root.operation.value == "query":
                return root.type.name.value
    return "Query"


def _additions(document: DocumentNode, entities: list[str]) -> str:
    query = _query_type(document)
    is_there = any(
        isinstance(node, ObjectTypeDefinitionNode) and node.name.value == query for node in document.definitions
    )
    asked = "_service: _Service!"
    types = "type _Service { sdl: String! }"
    if entities:
        types += f" scalar _Any union _Entity = {' | '.join(entities)}"
        asked += " _entities(representations: [_Any!]!): [_Entity]!"
    return f"{types} {'extend ' if is_there else ''}type {query} {{ {asked} }}"
