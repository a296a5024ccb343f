"""Which parts of an API an operation uses, as use keys (see ``keys``).

One walk over the document with the schema that it was written for; what is unknown there is passed over.  A document's
fragments are walked once each, by their own type conditions.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLSchema,
    GraphQLUnionType,
    get_named_type,
)
from graphql.language import (
    DirectiveLocation,
    DirectiveNode,
    DocumentNode,
    EnumValueNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    InlineFragmentNode,
    ListValueNode,
    NamedTypeNode,
    ObjectValueNode,
    OperationDefinitionNode,
    SelectionSetNode,
    VariableDefinitionNode,
    VariableNode,
)

from milkrun_graph.checks import keys
from milkrun_graph.checks.inputs import has_default

ABSTRACT = GraphQLInterfaceType | GraphQLUnionType
COMPOSITE = GraphQLObjectType | ABSTRACT


@dataclass(slots=True)
class Usage:
    """What one document uses.

    ``variables`` says where each variable stands: the use keys of its places.  ``nodes`` and ``enclosing`` map ids of
    nodes to their keys and to the fields around them: they say what a validation error is about.
    """

    keys: set[str] = field(default_factory=set)
    declared: dict[str, VariableDefinitionNode] = field(default_factory=dict)
    variables: dict[str, set[str]] = field(default_factory=dict)
    nodes: dict[int, set[str]] = field(default_factory=dict)
    enclosing: dict[int, tuple[str, ...]] = field(default_factory=dict)


def usage_of(document: DocumentNode, schema: GraphQLSchema) -> Usage:
    """Walk a document."""
    walk = _Walk(document, schema)
    for definition in document.definitions:
        if isinstance(definition, OperationDefinitionNode):
            walk.operation(definition)
        elif isinstance(definition, FragmentDefinitionNode):
            walk.fragment(definition)
    return walk.found


class _Walk:
    def __init__(self, document: DocumentNode, schema: GraphQLSchema) -> None:
        self.schema = schema
        self.found = Usage()
        self.around: tuple[str, ...] = ()
        self.directives = {directive.name: directive for directive in schema.directives}
        self.conditions = {
            node.name.value: node.type_condition.name.value
            for node in document.definitions
            if isinstance(node, FragmentDefinitionNode)
        }

    def note(self, node: Any, *found: str) -> None:
        self.found.keys.update(found)
        self.found.enclosing[id(node)] = self.around
        self.found.nodes.setdefault(id(node), set()).update(found)

    def operation(self, node: OperationDefinitionNode) -> None:
        self.note(node, keys.operation(node.operation.value))
        self.applied(node.directives, DirectiveLocation[node.operation.name])
        for variable in node.variable_definitions or ():
            self.variable(variable)
        self.selections(node.selection_set, self.schema.get_root_type(node.operation))

    def variable(self, node: VariableDefinitionNode) -> None:
        named: Any = node.type
        while not isinstance(named, NamedTypeNode):
            named = named.type
        type_ = self.schema.type_map.get(named.name.value)
        self.found.declared[node.variable.name.value] = node
        self.note(named, named.name.value)
        self.note(node, named.name.value)
        self.applied(node.directives, DirectiveLocation.VARIABLE_DEFINITION)
        if node.default_value is not None:
            self.value(node.default_value, type_)

    def fragment(self, node: FragmentDefinitionNode) -> None:
        name = node.type_condition.name.value
        self.note(node.type_condition, name, keys.condition(name))
        self.applied(node.directives, DirectiveLocation.FRAGMENT_DEFINITION)
        self.selections(node.selection_set, self.schema.type_map.get(name))

    def selections(self, node: SelectionSetNode | None, scope: Any) -> None:
        if node is None or scope is None:
            return
        self.note(node, scope.name)
        for selection in node.selections:
            match selection:
                case FieldNode():
                    self.field(selection, scope)
                case InlineFragmentNode():
                    self.applied(selection.directives, DirectiveLocation.INLINE_FRAGMENT)
                    self.inline(selection, scope)
                case FragmentSpreadNode():
                    self.applied(selection.directives, DirectiveLocation.FRAGMENT_SPREAD)
                    condition = self.conditions.get(selection.name.value)
                    if condition is not None and condition != scope.name:
                        self.note(selection, keys.narrowed(scope.name, condition), keys.condition(condition))

    def inline(self, node: InlineFragmentNode, scope: Any) -> None:
        if node.type_condition is None:
            self.selections(node.selection_set, scope)
            return
        name = node.type_condition.name.value
        self.note(node.type_condition, name, keys.condition(name))
        if name != scope.name:
            self.note(node, keys.narrowed(scope.name, name), keys.condition(name))
        self.selections(node.selection_set, self.schema.type_map.get(name))

    def field(self, node: FieldNode, scope: Any) -> None:
        self.applied(node.directives, DirectiveLocation.FIELD)
        definition = getattr(scope, "fields", {}).get(node.name.value)
        if definition is None:
            return
        where, type_ = f"{scope.name}.{node.name.value}", get_named_type(definition.type)
        self.note(node, where, type_.name, scope.name)
        if isinstance(type_, GraphQLEnumType):
            self.note(node, keys.read(type_.name))
        if isinstance(type_, ABSTRACT):
            self.note(node, keys.returned(type_.name))
        self.arguments(node, where, definition.args)
        around, self.around = self.around, (*self.around, where)
        self.selections(node.selection_set, type_ if isinstance(type_, COMPOSITE) else None)
        self.around = around

    def applied(self, nodes: Iterable[DirectiveNode] | None, location: DirectiveLocation) -> None:
        seen: set[str] = set()
        for node in nodes or ():
            name = node.name.value
            self.note(node, f"@{name}", keys.located(name, location.name))
            if name in seen:
                self.note(node, keys.repeated(name))
            seen.add(name)
            definition = self.directives.get(name)
            self.arguments(node, f"@{name}", definition.args if definition else {})

    def arguments(self, node: Any, owner: str, definitions: Any) -> None:
        given = {argument.name.value: argument for argument in node.arguments or ()}
        for name, definition in definitions.items():
            where = keys.argument(owner, name)
            if name in given:
                self.note(given[name], where)
                self.value(given[name].value, get_named_type(definition.type), where)
            elif has_default(definition):
                self.note(node, keys.omitted(where))

    def value(self, node: Any, type_: Any, *places: str, listed: bool = False) -> None:
        self.note(node, *places)
        match node:
            case VariableNode() if not listed:
                self.found.variables.setdefault(node.name.value, set()).update(places)
            case ListValueNode():
                for item in node.values:
                    self.value(item, type_, *places, listed=True)
            case EnumValueNode() if isinstance(type_, GraphQLEnumType):
                self.note(node, f"{type_.name}.{node.value}")
            case ObjectValueNode() if isinstance(type_, GraphQLInputObjectType):
                self.object(node, type_)

    def object(self, node: ObjectValueNode, type_: GraphQLInputObjectType) -> None:
        self.note(node, keys.sent(type_.name))
        given = {item.name.value: item for item in node.fields}
        for name, definition in type_.fields.items():
            where = f"{type_.name}.{name}"
            if name in given:
                self.note(given[name], where)
                self.value(given[name].value, get_named_type(definition.type), where)
            elif has_default(definition):
                self.note(node, keys.omitted(where))
