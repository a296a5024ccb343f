"""The supergraph document, looked at by names: its types, its possible types and its directives' arguments."""

from collections.abc import Iterable, Iterator
from functools import cached_property
from typing import Any

from graphql import DocumentNode
from graphql.language import (
    ConstDirectiveNode,
    EnumTypeDefinitionNode,
    InputObjectTypeDefinitionNode,
    InterfaceTypeDefinitionNode,
    ListTypeNode,
    NamedTypeNode,
    NonNullTypeNode,
    ObjectTypeDefinitionNode,
    ScalarTypeDefinitionNode,
    SchemaDefinitionNode,
    SchemaExtensionNode,
    TypeDefinitionNode,
    TypeNode,
    UnionTypeDefinitionNode,
)

from milkrun_graph.errors import SupergraphInvalid
from milkrun_graph.supergraph.links import arguments_of, read_links
from milkrun_graph.supergraph.tables import Graph, Kind, TypeRef

_KINDS: dict[type[TypeDefinitionNode], Kind] = {
    ScalarTypeDefinitionNode: Kind.SCALAR,
    ObjectTypeDefinitionNode: Kind.OBJECT,
    InterfaceTypeDefinitionNode: Kind.INTERFACE,
    UnionTypeDefinitionNode: Kind.UNION,
    EnumTypeDefinitionNode: Kind.ENUM,
    InputObjectTypeDefinitionNode: Kind.INPUT,
}


class Document:
    """A parsed supergraph."""

    def __init__(self, ast: DocumentNode) -> None:
        schema = [node for node in ast.definitions if isinstance(node, SchemaDefinitionNode | SchemaExtensionNode)]
        self.links = read_links(schema)
        self.roots = {
            operation.operation.value: operation.type.name.value
            for node in schema
            for operation in node.operation_types or ()
        }
        self.types: dict[str, TypeDefinitionNode] = {
            node.name.value: node for node in ast.definitions if isinstance(node, TypeDefinitionNode)
        }
        self._default_roots()

    def applications(self, node: Any, spec: str, element: str) -> Iterator[dict[str, Any]]:
        """The arguments of every application of a specification's directive."""
        name = self.links.directive(spec, element)
        directives: Iterable[ConstDirectiveNode] = node.directives or ()
        return (arguments_of(directive) for directive in directives if directive.name.value == name)

    def has(self, node: Any, spec: str, element: str) -> bool:
        """Whether the directive is applied at all."""
        return next(self.applications(node, spec, element), None) is not None

    def kind(self, name: str) -> Kind | None:
        """The kind of a type that is defined here."""
        node = self.types.get(name)
        return _KINDS.get(type(node)) if node else None

    def possible(self, name: str) -> frozenset[str]:
        """The object types that a value of the named type may have.

        An interface that nothing implements stands for itself: its fields can still be asked for.
        """
        return self._possible.get(name, frozenset())

    @cached_property
    def graphs(self) -> dict[str, Graph]:
        """All subgraphs by their value in join__Graph, in the document's order."""
        node = self.types.get(self.links.type_name("join", "Graph"))
        if not isinstance(node, EnumTypeDefinitionNode):
            raise SupergraphInvalid("not a supergraph: it has no enum join__Graph")
        graphs = {}
        for value in node.values or ():
            said = next(self.applications(value, "join", "graph"), {})
            name = value.name.value
            graphs[name] = Graph(name, str(said.get("name") or name), str(said.get("url") or ""))
        return graphs

    @cached_property
    def _possible(self) -> dict[str, frozenset[str]]:
        found: dict[str, set[str]] = {}
        for name, node in self.types.items():
            if isinstance(node, ObjectTypeDefinitionNode):
                found.setdefault(name, set()).add(name)
                for interface in node.interfaces or ():
                    found.setdefault(interface.name.value, set()).add(name)
            elif isinstance(node, UnionTypeDefinitionNode):
                found.setdefault(name, set()).update(member.name.value for member in node.types or ())
        for name, node in self.types.items():
            if isinstance(node, InterfaceTypeDefinitionNode):
                found.setdefault(name, {name})
        return {name: frozenset(types) for name, types in found.items()}

    def _default_roots(self) -> None:
        for operation in ("query", "mutation", "subscription"):
            if operation not in self.roots and operation.capitalize() in self.types:
                self.roots[operation] = operation.capitalize()
        if "query" not in self.roots:
            raise SupergraphInvalid("not a supergraph: it has no query type")


def type_ref(node: TypeNode) -> TypeRef:
    """A type node in its short form."""
    wrap = ""
    while isinstance(node, NonNullTypeNode | ListTypeNode):
        wrap += "!" if isinstance(node, NonNullTypeNode) else "["
        node = node.type
    if not isinstance(node, NamedTypeNode):
        raise SupergraphInvalid("not a type")
    return TypeRef(node.name.value, wrap)
