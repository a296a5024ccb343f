"""Every type as each subgraph has it, out of the join specification's directives.

The rules (join v0.1 to v0.5): a field without ``@join__field`` is in every subgraph that has its type; with one or
more, only in those that they name; with one that names none, in no subgraph (an interface object has it).
Before v0.2 a type has an owner, and a field without ``@join__field`` is the owner's alone.
"""

from collections.abc import Iterator
from typing import Any

from graphql import GraphQLError, parse_type
from graphql.language import (
    FieldDefinitionNode,
    InterfaceTypeDefinitionNode,
    ObjectTypeDefinitionNode,
    TypeDefinitionNode,
    UnionTypeDefinitionNode,
)

from milkrun_graph.errors import SupergraphInvalid
from milkrun_graph.supergraph.document import Document, type_ref
from milkrun_graph.supergraph.fieldsets import parse_field_set
from milkrun_graph.supergraph.tables import ContextArgumentDef, FieldSet, Key, Kind, SubField, SubType

_COMPOSITES = (Kind.OBJECT, Kind.INTERFACE, Kind.UNION)


class SubTypes:
    """Reads the subgraphs' types, each field set once."""

    def __init__(self, document: Document) -> None:
        self._document = document
        self._owned = document.links.join_version == "v0.1"
        self._field_sets: dict[str, FieldSet] = {}

    def read(self) -> dict[str, dict[str, SubType]]:
        """All of them, by type and graph."""
        prefixes = tuple(prefix + "__" for prefix in self._document.links.prefixes.values())
        return {
            name: {graph: self._subtype(name, node, graph, said) for graph, said in self._joined(node).items()}
            for name, node in self._document.types.items()
            if self._document.kind(name) in _COMPOSITES and not name.startswith(prefixes)
        }

    def _joined(self, node: TypeDefinitionNode) -> dict[str, list[dict[str, Any]]]:
        joined: dict[str, list[dict[str, Any]]] = {}
        for said in self._document.applications(node, "join", "type"):
            self._check_graph(said.get("graph"), node.name.value)
            joined.setdefault(str(said["graph"]), []).append(said)
        if not joined or (self._owned and node.name.value in self._document.roots.values()):
            return {graph: joined.get(graph, []) for graph in self._document.graphs}
        return joined

    def _subtype(self, name: str, node: TypeDefinitionNode, graph: str, said: list[dict[str, Any]]) -> SubType:
        keys = tuple(
            Key(self._field_set(key["key"]), bool(key.get("resolvable", True))) for key in said if key.get("key")
        )
        interface_object = any(key.get("isInterfaceObject") for key in said)
        kind = self._document.kind(name) or Kind.OBJECT
        return SubType(
            graph=graph,
            name=name,
            kind=Kind.OBJECT if interface_object else kind,
            keys=keys,
            fields=self._fields(node, graph, keys),
            possible=self._document.possible(name) if interface_object else self._possible(name, node, graph),
            interface_object=interface_object,
        )

    def _possible(self, name: str, node: TypeDefinitionNode, graph: str) -> frozenset[str]:
        if isinstance(node, UnionTypeDefinitionNode):
            members = list(self._document.applications(node, "join", "unionMember"))
            if members:
                return frozenset(str(said["member"]) for said in members if said.get("graph") == graph)
        if not isinstance(node, InterfaceTypeDefinitionNode) or self._document.possible(name) == {name}:
            return self._document.possible(name)
        return frozenset(other for other in self._document.possible(name) if self._implements(other, name, graph))

    def _implements(self, name: str, interface: str, graph: str) -> bool:
        node = self._document.types[name]
        said = list(self._document.applications(node, "join", "implements"))
        if not said:
            return graph in self._joined(node)
        return any(one.get("graph") == graph and one.get("interface") == interface for one in said)

    def _fields(self, node: TypeDefinitionNode, graph: str, keys: tuple[Key, ...]) -> dict[str, SubField]:
        if not isinstance(node, ObjectTypeDefinitionNode | InterfaceTypeDefinitionNode):
            return {}
        own = {field.name for key in keys for field in key.fields}
        fields = (self._field(node, field, graph, own) for field in node.fields or ())
        return {field.name: field for field in fields if field}

    def _field(
        self, parent: TypeDefinitionNode, node: FieldDefinitionNode, graph: str, keys: set[str]
    ) -> SubField | None:
        said = list(self._document.applications(node, "join", "field"))
        name, type_ = node.name.value, type_ref(node.type)
        if not said:
            owner = self._owner(parent)
            return SubField(name, type_) if owner in {None, graph} or name in keys else None
        here = next((one for one in said if one.get("graph") == graph), None)
        if here is None:
            return SubField(name, type_) if self._owned and name in keys else None
        return SubField(
            name=name,
            type=type_ref(_parse(str(here["type"]))) if here.get("type") else type_,
            external=bool(here.get("external") or (here.get("usedOverridden") and not here.get("overrideLabel"))),
            requires=self._field_set(here.get("requires")),
            provides=self._field_set(here.get("provides")),
            label=here.get("overrideLabel"),
            overrides=bool(here.get("override")),
            contexts=tuple(self._contexts(here)),
        )

    def _owner(self, node: TypeDefinitionNode) -> str | None:
        if not self._owned:
            return None
        said = next(self._document.applications(node, "join", "owner"), None)
        return str(said["graph"]) if said else None

    def _contexts(self, said: dict[str, Any]) -> Iterator[ContextArgumentDef]:
        for one in said.get("contextArguments") or ():
            selection = self._field_set(one["selection"])
            yield ContextArgumentDef(str(one["name"]), str(one["context"]), str(one["type"]), selection)

    def _field_set(self, text: str | None) -> FieldSet:
        if not text:
            return ()
        if text not in self._field_sets:
            self._field_sets[text] = parse_field_set(text, self._document.possible)
        return self._field_sets[text]

    def _check_graph(self, graph: object, name: str) -> None:
        if graph not in self._document.graphs:
            raise SupergraphInvalid(f"type {name} is joined to {graph}, which is no subgraph")


def _parse(text: str) -> Any:
    try:
        return parse_type(text, no_location=True)
    except GraphQLError as error:
        raise SupergraphInvalid(f"not a type: {text!r}") from error
