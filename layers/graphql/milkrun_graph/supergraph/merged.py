"""The merged view of every type: what clients see, and what is hidden from them."""

from typing import Any

from graphql import print_ast
from graphql.language import (
    EnumTypeDefinitionNode,
    FieldDefinitionNode,
    InputObjectTypeDefinitionNode,
    InputValueDefinitionNode,
    InterfaceTypeDefinitionNode,
    ObjectTypeDefinitionNode,
    TypeDefinitionNode,
)

from milkrun_graph.supergraph.document import Document, type_ref
from milkrun_graph.supergraph.tables import Argument, Authorization, Kind, ListSize, SuperField, SuperType


def read_merged_types(document: Document) -> dict[str, SuperType]:
    """Every type of the document except those of the specifications themselves."""
    prefixes = tuple(prefix + "__" for prefix in document.links.prefixes.values())
    return {
        name: _merged_type(document, name, node)
        for name, node in document.types.items()
        if not name.startswith(prefixes)
    }


def _merged_type(document: Document, name: str, node: TypeDefinitionNode) -> SuperType:
    values: frozenset[str] = frozenset()
    if isinstance(node, EnumTypeDefinitionNode):
        values = frozenset(
            value.name.value for value in node.values or () if not document.has(value, "inaccessible", "inaccessible")
        )
    return SuperType(
        name=name,
        kind=document.kind(name) or Kind.SCALAR,
        inaccessible=document.has(node, "inaccessible", "inaccessible"),
        possible=document.possible(name),
        fields=_fields(document, node),
        values=values,
        authorization=_authorization(document, node),
        cost=_cost(document, node),
        contexts=tuple(str(said.get("name")) for said in document.applications(node, "context", "context")),
    )


def _fields(document: Document, node: TypeDefinitionNode) -> dict[str, SuperField]:
    if isinstance(node, ObjectTypeDefinitionNode | InterfaceTypeDefinitionNode):
        return {field.name.value: _field(document, field) for field in node.fields or ()}
    if isinstance(node, InputObjectTypeDefinitionNode):
        return {
            field.name.value: SuperField(
                field.name.value,
                type_ref(field.type),
                {},
                inaccessible=document.has(field, "inaccessible", "inaccessible"),
                cost=_cost(document, field),
            )
            for field in node.fields or ()
        }
    return {}


def _field(document: Document, node: FieldDefinitionNode) -> SuperField:
    return SuperField(
        name=node.name.value,
        type=type_ref(node.type),
        arguments={argument.name.value: _argument(document, argument) for argument in node.arguments or ()},
        inaccessible=document.has(node, "inaccessible", "inaccessible"),
        authorization=_authorization(document, node),
        cost=_cost(document, node),
        list_size=_list_size(document, node),
    )


def _argument(document: Document, node: InputValueDefinitionNode) -> Argument:
    return Argument(
        name=node.name.value,
        type=type_ref(node.type),
        default=print_ast(node.default_value) if node.default_value else None,
        inaccessible=document.has(node, "inaccessible", "inaccessible"),
        cost=_cost(document, node),
    )


def _authorization(document: Document, node: Any) -> Authorization | None:
    scopes = next(document.applications(node, "requiresScopes", "requiresScopes"), {}).get("scopes") or ()
    policies = next(document.applications(node, "policy", "policy"), {}).get("policies") or ()
    authenticated = document.has(node, "authenticated", "authenticated")
    if not (scopes or policies or authenticated):
        return None
    return Authorization(authenticated, tuple(map(tuple, scopes)), tuple(map(tuple, policies)))


def _cost(document: Document, node: Any) -> int | None:
    said = next(document.applications(node, "cost", "cost"), None)
    return int(said["weight"]) if said and "weight" in said else None


def _list_size(document: Document, node: FieldDefinitionNode) -> ListSize | None:
    said = next(document.applications(node, "cost", "listSize"), None)
    if said is None:
        return None
    assumed = said.get("assumedSize")
    return ListSize(
        assumed=int(assumed) if assumed is not None else None,
        slicing=tuple(said.get("slicingArguments") or ()),
        sized_fields=tuple(said.get("sizedFields") or ()),
        require_one=bool(said.get("requireOneSlicingArgument", True)),
    )
