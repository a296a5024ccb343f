"""From a parsed document to a schema record: extensions are folded into the types they extend."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from graphql import DirectiveDefinitionNode, DocumentNode, TypeDefinitionNode, TypeExtensionNode, print_ast
from graphql.language import SchemaDefinitionNode, SchemaExtensionNode

from milkrun_graph.composer.model import (
    Applied,
    DirectiveDef,
    Element,
    EnumValue,
    Field,
    InputValue,
    Kind,
    Schema,
    TypeDef,
)

Rename = Callable[[str], str | None]
_KINDS: Mapping[str, Kind] = {
    "object_type": "OBJECT",
    "interface_type": "INTERFACE",
    "union_type": "UNION",
    "enum_type": "ENUM",
    "input_object_type": "INPUT_OBJECT",
    "scalar_type": "SCALAR",
}


class Builder:
    """Builds one schema; `spec_of` says which specified directive a local name stands for."""

    def __init__(self, spec_of: Rename) -> None:
        self.schema = Schema()
        self.spec_of = spec_of
        self.part = 0

    def build(self, document: DocumentNode) -> Schema:
        """Read every definition and extension of the document."""
        for node in document.definitions:
            self.part += 1
            if isinstance(node, SchemaDefinitionNode | SchemaExtensionNode):
                self.read_schema(node)
            elif isinstance(node, DirectiveDefinitionNode):
                self.read_directive(node)
            elif isinstance(node, TypeDefinitionNode | TypeExtensionNode):
                self.read_type(node)
        self.default_roots()
        return self.schema

    def default_roots(self) -> None:
        """Without a `schema { }` block, types named Query, Mutation and Subscription are the roots."""
        for operation, name in (("query", "Query"), ("mutation", "Mutation"), ("subscription", "Subscription")):
            if operation not in self.schema.roots and name in self.schema.types:
                self.schema.roots[operation] = name

    def read_schema(self, node: SchemaDefinitionNode | SchemaExtensionNode) -> None:
        """Roots and directives of the schema itself."""
        for root in node.operation_types or ():
            self.schema.roots[root.operation.value] = root.type.name.value
        self.schema.applied += self.applied(node, extension=isinstance(node, SchemaExtensionNode))
        description = getattr(node, "description", None)
        if description is not None:
            self.schema.description = description.value

    def read_directive(self, node: DirectiveDefinitionNode) -> None:
        """A directive's definition."""
        self.schema.directives[node.name.value] = DirectiveDef(
            name=node.name.value,
            description=node.description.value if node.description else None,
            node=node,
            args=self.inputs(node.arguments),
            locations=tuple(location.value for location in node.locations),
            repeatable=node.repeatable,
        )

    def read_type(self, node: Any) -> None:
        """A definition, or one more part of a type."""
        extension = isinstance(node, TypeExtensionNode)
        kind = _KINDS[node.kind.removesuffix("_definition").removesuffix("_extension")]
        type_ = self.schema.types.get(node.name.value)
        if type_ is None:
            type_ = self.schema.types[node.name.value] = TypeDef(name=node.name.value, kind=kind, node=node)
        if extension:
            type_.has_extension = True
        else:
            type_.has_base = True
            type_.node = node
            type_.description = node.description.value if node.description else type_.description
        type_.directives += self.applied(node, extension)
        self.read_members(type_, node)

    def read_members(self, type_: TypeDef, node: Any) -> None:
        """Fields, values, members and interfaces of one part."""
        type_.interfaces += [one.name.value for one in getattr(node, "interfaces", None) or ()]
        type_.members += [one.name.value for one in getattr(node, "types", None) or ()]
        for value in getattr(node, "values", None) or ():
            type_.values[value.name.value] = self.element(EnumValue(value.name.value), value)
        fields = getattr(node, "fields", None) or ()
        if type_.kind == "INPUT_OBJECT":
            type_.inputs |= self.inputs(fields)
            return
        for one in fields:
            made = Field(one.name.value, type=print_ast(one.type), args=self.inputs(one.arguments))
            type_.fields[one.name.value] = self.element(made, one)

    def inputs(self, nodes: Iterable[Any] | None) -> dict[str, InputValue]:
        """Arguments or input fields."""
        found = {}
        for node in nodes or ():
            made = InputValue(node.name.value, type=print_ast(node.type), default=node.default_value)
            found[node.name.value] = self.element(made, node)
        return found

    def element[E: Element](self, made: E, node: Any) -> E:
        """Fill in what every element has."""
        made.description = node.description.value if node.description else None
        made.directives = self.applied(node)
        made.node = node
        made.part = self.part
        return made

    def applied(self, node: Any, extension: bool = False) -> list[Applied]:
        """The directives of one node."""
        return [
            Applied(
                one.name.value,
                {arg.name.value: arg.value for arg in one.arguments or ()},
                self.spec_of(one.name.value),
                self.part,
                extension,
                one,
            )
            for one in node.directives or ()
        ]


def build_schema(document: DocumentNode, spec_of: Rename) -> Schema:
    """The schema that a document defines."""
    return Builder(spec_of).build(document)
