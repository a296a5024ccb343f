"""Makes an operation's tree of items: fragments inlined, conditions decided, equal fields merged (section 6.3.2)."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from graphql import DocumentNode, print_ast
from graphql.language import (
    BooleanValueNode,
    DirectiveNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    InlineFragmentNode,
    OperationDefinitionNode,
    SelectionNode,
    SelectionSetNode,
    ValueNode,
    VariableNode,
)
from graphql.language.ast import ListValueNode, ObjectValueNode

from milkrun_graph.errors import PlanningFailed, RequestRefused
from milkrun_graph.planner.introspect import introspection_of
from milkrun_graph.planner.operation import TYPENAME, Item, Operation, Place, PlanOptions
from milkrun_graph.planner.plan import OperationKind
from milkrun_graph.planner.shapes import Shapes
from milkrun_graph.supergraph.fieldsets import print_arguments
from milkrun_graph.supergraph.tables import Arguments, Kind, Supergraph, TypeRef

_TYPENAME_TYPE = TypeRef("String", "!")

type _Same = tuple[str, str, Arguments, frozenset[str]]
type _Set = tuple[Place, SelectionSetNode]
type _Written = tuple[Place, FieldNode]


def normalize(
    supergraph: Supergraph,
    document: DocumentNode,
    name: str | None,
    variables: Mapping[str, Any],
    options: PlanOptions,
) -> Operation:
    """The operation that ``name`` means, specialized for the given values of its conditions' variables."""
    definition = _definition(document, name)
    kind = OperationKind(definition.operation.value)
    if kind is OperationKind.SUBSCRIPTION:
        raise RequestRefused("a subscription cannot be planned: only queries and mutations can")
    root = supergraph.roots.get(kind.value)
    if root is None:
        raise RequestRefused(f"there are no {kind.value} fields here")
    normalizer = _Normalizer(supergraph, document, _values(definition, variables), options)
    items = normalizer.collect(root, [((), definition.selection_set)], (), at_root=True)
    return Operation(
        kind=kind,
        root=root,
        items=items,
        variables=_variables(definition),
        introspection=introspection_of(document, definition, items),
        keys=frozenset(normalizer.keys),
    )


def _definition(document: DocumentNode, name: str | None) -> OperationDefinitionNode:
    operations = [node for node in document.definitions if isinstance(node, OperationDefinitionNode)]
    if name is None and len(operations) > 1:
        raise RequestRefused("the document has several operations: operationName must say which")
    for operation in operations:
        if name is None or (operation.name and operation.name.value == name):
            return operation
    raise RequestRefused(f"there is no operation {name}" if name else "the document has no operation")


def _values(definition: OperationDefinitionNode, variables: Mapping[str, Any]) -> dict[str, Any]:
    """The Boolean variables with their defaults: all that conditions can ask."""
    values = dict(variables)
    for node in definition.variable_definitions or ():
        name = node.variable.name.value
        if name not in values and isinstance(node.default_value, BooleanValueNode):
            values[name] = node.default_value.value
    return values


def _variables(definition: OperationDefinitionNode) -> dict[str, str]:
    printed = {}
    for node in definition.variable_definitions or ():
        default = f" = {print_ast(node.default_value)}" if node.default_value else ""
        printed[node.variable.name.value] = print_ast(node.type) + default
    return printed


class _Normalizer:
    def __init__(
        self, supergraph: Supergraph, document: DocumentNode, values: dict[str, Any], options: PlanOptions
    ) -> None:
        self._supergraph = supergraph
        self._values = values
        self._options = options
        self._fragments = {
            node.name.value: node for node in document.definitions if isinstance(node, FragmentDefinitionNode)
        }
        self._shapes = Shapes(supergraph)
        self._size = 0
        self.keys: set[str] = set()

    def collect(
        self, parent: str, sets: Iterable[_Set], path: tuple[str, ...], *, at_root: bool = False
    ) -> tuple[Item, ...]:
        """The items of several selection sets on one type, merged."""
        possible = self._supergraph.possible(parent)
        groups: dict[_Same, list[_Written]] = {}
        static: dict[_Same, str] = {}
        for place, node, types, on in self._fields(sets, possible, parent):
            key = node.alias.value if node.alias else node.name.value
            same = (key, node.name.value, print_arguments(node.arguments or ()), types)
            groups.setdefault(same, []).append((place, node))
            static.setdefault(same, on)
        self._charge(len(groups), path)
        items = self._absorb([self._item(static[same], same, nodes, path, at_root) for same, nodes in groups.items()])
        items = [part for item in items for part in self._authorized(parent, item)]
        items = [part for item in items for part in self._apart(item)]
        return tuple(items if at_root else self._with_typename(parent, items, possible))

    def _fields(
        self, sets: Iterable[_Set], possible: frozenset[str], parent: str
    ) -> Iterable[tuple[Place, FieldNode, frozenset[str], str]]:
        """The fields in document order, each with the types that its fragments leave it, and its static type."""
        for above, selected in sets:
            stack: list[tuple[SelectionNode, frozenset[str], str]] = [
                (node, possible, parent) for node in reversed(selected.selections)
            ]
            count = 0
            while stack:
                node, types, on = stack.pop()
                if not self._included(node.directives or ()):
                    continue
                if isinstance(node, FieldNode):
                    yield (*above, count), node, types, on
                    count += 1
                    continue
                condition, inner = self._fragment(node)
                narrowed = types & self._supergraph.possible(condition) if condition else types
                if narrowed:
                    stack.extend((child, narrowed, condition or on) for child in reversed(inner.selections))
                self._charge(1, ())

    def _fragment(self, node: SelectionNode) -> tuple[str | None, SelectionSetNode]:
        if isinstance(node, FragmentSpreadNode):
            fragment = self._fragments.get(node.name.value)
            if fragment is None:
                raise RequestRefused(f"there is no fragment {node.name.value}")
            return fragment.type_condition.name.value, fragment.selection_set
        if not isinstance(node, InlineFragmentNode):
            raise RequestRefused("not a selection")
        return node.type_condition.name.value if node.type_condition else None, node.selection_set

    def _included(self, directives: Iterable[DirectiveNode]) -> bool:
        for directive in directives:
            name = directive.name.value
            if name in {"skip", "include"} and self._condition(directive) == (name == "skip"):
                return False
        return True

    def _condition(self, directive: DirectiveNode) -> bool:
        for argument in directive.arguments or ():
            value: Any = argument.value
            if isinstance(value, BooleanValueNode):
                return value.value
            if isinstance(value, VariableNode) and isinstance(self._values.get(value.name.value), bool):
                return bool(self._values[value.name.value])
        raise RequestRefused(f"@{directive.name.value} needs a Boolean, and got none")

    def _item(self, parent: str, same: _Same, nodes: list[_Written], path: tuple[str, ...], at_root: bool) -> Item:
        key, name, arguments, types = same
        first, node = nodes[0]
        places = ((first, types),)
        self.keys.add(key)
        if name == TYPENAME:
            return Item(key, name, types, _TYPENAME_TYPE, source=TYPENAME, places=places)
        if at_root and name in {"__schema", "__type"}:
            type_ = TypeRef(name)
            return Item(key, name, types, type_, arguments, source=key, introspection=True, places=places)
        type_ = self._type(parent, name, types)
        sets = [(place, node.selection_set) for place, node in nodes if node.selection_set]
        inner = self.collect(type_.named, sets, (*path, key)) if sets else ()
        return Item(key, name, types, type_, arguments, _variables_in(node), inner, places=places)

    def _type(self, static: str, name: str, types: frozenset[str]) -> TypeRef:
        """The field's type on the objects' own types, if they agree (section 6.3); else on the static type."""
        known = self._supergraph.types
        own = {known[one].fields[name].type for one in types if name in known[one].fields}
        if len(own) == 1:
            return own.pop()
        if name not in known[static].fields:
            raise RequestRefused(f"type {static} has no field {name}")
        return known[static].fields[name].type

    def _apart(self, item: Item) -> Iterable[Item]:
        """The item, or one per group of types that cannot be asked under one key."""
        if item.name == TYPENAME or item.introspection or item.unauthorized:
            return [item]
        groups = self._shapes.groups(item.name, item.types)
        if len(groups) == 1:
            return [item]
        parts = [_copy(item, group) for group in groups]
        for part in parts:
            part.type = TypeRef(item.type.named, self._wrap(part))
        return parts

    def _wrap(self, item: Item) -> str:
        known = self._supergraph.types
        own = {known[one].fields[item.name].type.wrap for one in item.types if item.name in known[one].fields}
        return own.pop() if len(own) == 1 else item.type.wrap

    def _authorized(self, parent: str, item: Item) -> Iterable[Item]:
        """The item; or the part of its types that the request may see, and the part that it may not."""
        if item.name == TYPENAME or item.introspection:
            return [item]
        denied = frozenset(name for name in item.types if self._denied(parent, name, item))
        if not denied:
            return [item]
        refused = Item(item.key, item.name, denied, item.type, source=item.key, unauthorized=True, places=item.places)
        item.types -= denied
        return [refused, item] if item.types else [refused]

    def _denied(self, parent: str, name: str, item: Item) -> bool:
        types = self._supergraph.types
        needed = [types[item.type.named].authorization] if item.type.named in types else []
        for owner in (types.get(name), types.get(parent)):
            if owner:
                needed.append(owner.authorization)
            if owner and item.name in owner.fields:
                needed.append(owner.fields[item.name].authorization)
        return any(one and not self._options.allows(one) for one in needed)

    def _with_typename(self, parent: str, items: list[Item], possible: frozenset[str]) -> list[Item]:
        """Adds ``__typename`` where the projection cannot do without, and where nothing else is left to ask."""
        asked = [item for item in items if not item.unauthorized]
        if any(item.name == TYPENAME and item.types == possible for item in asked):
            return items
        known = self._supergraph.types[parent]
        hidden = any(self._supergraph.types[name].inaccessible for name in possible)
        needed = known.kind is not Kind.OBJECT and (hidden or any(item.types != possible for item in items))
        if asked and not needed:
            return items
        added = Item(TYPENAME, TYPENAME, possible, _TYPENAME_TYPE, source=TYPENAME, internal=True, filler=not needed)
        return [*items, added]

    def _absorb(self, items: list[Item]) -> list[Item]:
        """Equal leaves under different conditions are one leaf under their union, if their shapes agree."""
        seen: dict[tuple[str, str, Arguments], Item] = {}
        kept = []
        for item in items:
            first = seen.get((item.key, item.name, item.arguments))
            if item.items or not first or first.type != item.type or self._clash(first, item):
                kept.append(item)
                if not item.items:
                    seen[item.key, item.name, item.arguments] = item
            else:
                first.types |= item.types
                first.places += item.places
        return kept

    def _clash(self, item: Item, other: Item) -> bool:
        return self._shapes.clash(item.name, item.types, other.name, other.types)

    def _charge(self, count: int, path: tuple[str, ...]) -> None:
        self._size += count
        limits = self._options.limits
        if self._size > limits.items:
            raise PlanningFailed(f"the operation has more than {limits.items} fields", path, "OPERATION_TOO_LARGE")
        if len(path) > limits.depth:
            raise PlanningFailed(f"the operation is deeper than {limits.depth}", path, "OPERATION_TOO_LARGE")


def _copy(item: Item, types: frozenset[str]) -> Item:
    return replace(item, types=types, items=tuple(_copy(child, child.types) for child in item.items))


def _variables_in(node: FieldNode) -> frozenset[str]:
    found: set[str] = set()
    stack: list[ValueNode] = [argument.value for argument in node.arguments or ()]
    while stack:
        value = stack.pop()
        if isinstance(value, VariableNode):
            found.add(value.name.value)
        elif isinstance(value, ListValueNode):
            stack.extend(value.values)
        elif isinstance(value, ObjectValueNode):
            stack.extend(field.value for field in value.fields)
    return frozenset(found)
