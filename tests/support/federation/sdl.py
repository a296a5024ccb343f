"""A subgraph's SDL as an executable schema, with the field sets of its federation directives beside it."""

from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

from graphql import (
    ConstDirectiveNode,
    DocumentNode,
    FieldNode,
    GraphQLSchema,
    InlineFragmentNode,
    OperationDefinitionNode,
    SelectionSetNode,
    StringValueNode,
    TypeDefinitionNode,
    TypeExtensionNode,
    build_ast_schema,
    parse,
)
from graphql.language import ast

DEFINITIONS: dict[type[TypeExtensionNode], type[TypeDefinitionNode]] = {
    ast.ObjectTypeExtensionNode: ast.ObjectTypeDefinitionNode,
    ast.InterfaceTypeExtensionNode: ast.InterfaceTypeDefinitionNode,
    ast.UnionTypeExtensionNode: ast.UnionTypeDefinitionNode,
    ast.EnumTypeExtensionNode: ast.EnumTypeDefinitionNode,
    ast.InputObjectTypeExtensionNode: ast.InputObjectTypeDefinitionNode,
    ast.ScalarTypeExtensionNode: ast.ScalarTypeDefinitionNode,
}

type Selections = tuple[FieldNode | InlineFragmentNode, ...]


@dataclass(slots=True)
class Key:
    fields: Selections
    resolvable: bool


@dataclass(slots=True)
class SubgraphSchema:
    """`requires` and `provides` are by (type, field)."""

    executable: GraphQLSchema
    keys: dict[str, list[Key]] = field(default_factory=lambda: defaultdict(list))
    requires: dict[tuple[str, str], Selections] = field(default_factory=dict)
    provides: dict[tuple[str, str], Selections] = field(default_factory=dict)


def field_set(text: str) -> Selections:
    operation = parse("{" + text + "}", no_location=True).definitions[0]
    assert isinstance(operation, OperationDefinitionNode)
    return selections(operation.selection_set)


def selections(node: SelectionSetNode | None) -> Selections:
    found = node.selections if node else ()
    return tuple(each for each in found if isinstance(each, FieldNode | InlineFragmentNode))


def read_subgraph(sdl: str) -> SubgraphSchema:
    document = _with_bases(parse(sdl, no_location=True))
    result = SubgraphSchema(GraphQLSchema())
    for node in document.definitions:
        _read_type(node, result)
    result.executable = build_ast_schema(_with_federation(document, result), assume_valid=True, assume_valid_sdl=True)
    return result


def _with_bases(document: DocumentNode) -> DocumentNode:
    """Federation lets a subgraph extend a type that it does not define: the first extension becomes the definition."""
    defined = {node.name.value for node in document.definitions if isinstance(node, TypeDefinitionNode)}
    nodes: list[ast.DefinitionNode] = []
    for node in document.definitions:
        if isinstance(node, ast.SchemaExtensionNode):
            continue
        if isinstance(node, TypeExtensionNode) and node.name.value not in defined:
            defined.add(node.name.value)
            parts: dict[str, Any] = {key: getattr(node, key, None) for key in node.keys if key != "loc"}
            nodes.append(DEFINITIONS[type(node)](**parts))
        else:
            nodes.append(node)
    return DocumentNode(definitions=tuple(nodes))


def _read_type(node: ast.DefinitionNode, result: SubgraphSchema) -> None:
    if not isinstance(node, TypeDefinitionNode | TypeExtensionNode):
        return
    name = node.name.value
    for each in node.directives or ():
        if _named(each, "key"):
            result.keys[name].append(Key(field_set(_argument(each, "fields")), _resolvable(each)))
    for part in getattr(node, "fields", None) or ():
        for each in part.directives or ():
            if _named(each, "requires"):
                result.requires[name, part.name.value] = field_set(_argument(each, "fields"))
            elif _named(each, "provides"):
                result.provides[name, part.name.value] = field_set(_argument(each, "fields"))


def _named(directive: ConstDirectiveNode, name: str) -> bool:
    return directive.name.value in (name, f"federation__{name}")


def _argument(directive: ConstDirectiveNode, name: str) -> str:
    value = next(each.value for each in directive.arguments or () if each.name.value == name)
    assert isinstance(value, StringValueNode)
    return value.value


def _resolvable(directive: ConstDirectiveNode) -> bool:
    given = [each.value for each in directive.arguments or () if each.name.value == "resolvable"]
    return not given or bool(getattr(given[0], "value", True))


def _with_federation(document: DocumentNode, result: SubgraphSchema) -> DocumentNode:
    """The fields and types that every subgraph adds (federation subgraph specification)."""
    objects = [node for node in document.definitions if isinstance(node, ast.ObjectTypeDefinitionNode)]
    names = [node.name.value for node in objects]
    entities = [name for name in dict.fromkeys(names) if any(key.resolvable for key in result.keys.get(name, ()))]
    lines = ["scalar _Any", "type _Service { sdl: String! }", "extend type Query { _service: _Service! }"]
    if entities:
        lines.append("union _Entity = " + " | ".join(entities))
        lines.append("extend type Query { _entities(representations: [_Any!]!): [_Entity]! }")
    if "Query" not in names:
        lines[2] = lines[2].removeprefix("extend ")
    return DocumentNode(definitions=document.definitions + parse("\n".join(lines), no_location=True).definitions)
