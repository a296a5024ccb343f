"""Whether an operation is valid by a schema: the rules that look at a schema, at a tenth of their price.

Most recorded operations stay valid, and one walk shows it.  The walk proves rules kept, and doubts a rule where it
cannot; graphql-core then runs the doubted rules alone.  So the errors are those that all rules together would find, in
the same order.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from graphql import (
    GraphQLError,
    GraphQLSchema,
    do_types_overlap,
    get_named_type,
    get_nullable_type,
    is_composite_type,
    is_input_object_type,
    is_input_type,
    is_list_type,
    type_from_ast,
    validate,
)
from graphql.language import (
    DirectiveLocation,
    DirectiveNode,
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    InlineFragmentNode,
    ListValueNode,
    ObjectValueNode,
    OperationDefinitionNode,
    SelectionSetNode,
    VariableDefinitionNode,
    VariableNode,
)
from graphql.pyutils import Undefined
from graphql.utilities import validate_input_literal
from graphql.validation import (
    ASTValidationRule,
    FieldsOnCorrectTypeRule,
    FragmentsOnCompositeTypesRule,
    KnownArgumentNamesRule,
    KnownDirectivesRule,
    KnownOperationTypesRule,
    KnownTypeNamesRule,
    OverlappingFieldsCanBeMergedRule,
    PossibleFragmentSpreadsRule,
    ProvidedRequiredArgumentsRule,
    ScalarLeafsRule,
    UniqueDirectivesPerLocationRule,
    ValuesOfCorrectTypeRule,
    VariablesAreInputTypesRule,
    VariablesInAllowedPositionRule,
)
from graphql.validation.rules.variables_in_allowed_position import allowed_variable_usage

from milkrun_graph.checks.inputs import has_default, is_required

# The other rules look at the document alone: they cannot change their mind when only the schema changes.
RULES: Sequence[type[ASTValidationRule]] = (
    FieldsOnCorrectTypeRule,
    FragmentsOnCompositeTypesRule,
    KnownArgumentNamesRule,
    KnownDirectivesRule,
    KnownOperationTypesRule,
    KnownTypeNamesRule,
    OverlappingFieldsCanBeMergedRule,
    PossibleFragmentSpreadsRule,
    ProvidedRequiredArgumentsRule,
    ScalarLeafsRule,
    UniqueDirectivesPerLocationRule,
    ValuesOfCorrectTypeRule,
    VariablesAreInputTypesRule,
    VariablesInAllowedPositionRule,
)
_MERGED_FIELDS = 10_000
"""How many fields of one document are compared before graphql-core has to do it, which ends by a budget of its own."""


class Validator:
    """Validates documents by one schema, and remembers of the schema what they asked for."""

    def __init__(self, schema: GraphQLSchema) -> None:
        self.schema = schema
        self.directives = {directive.name: directive for directive in schema.directives}
        self.fields: dict[tuple[str, str], _Field | None] = {}

    def errors(self, document: DocumentNode, *, most: int | None = None) -> list[GraphQLError]:
        """What breaks one of RULES; ``most`` ends the search."""
        doubts = self.doubts(document)
        rules = [rule for rule in RULES if rule in doubts]
        return validate(self.schema, document, rules, max_errors=most) if rules else []

    def doubts(self, document: DocumentNode) -> set[type[ASTValidationRule]]:
        """The rules that a walk cannot prove kept.  Documents should come without locations: nodes are compared."""
        walk = _Walk(self, document)
        walk.document(document)
        return walk.doubts

    def field(self, scope: Any, name: str) -> "_Field | None":
        """A field of a composite type; None if there is none, or no type."""
        if scope is None:
            return None
        key = (scope.name, name)
        if key not in self.fields:
            definition = self.schema.get_field(scope, name)
            self.fields[key] = None if definition is None else _Field.of(definition)
        return self.fields[key]


@dataclass(frozen=True, slots=True)
class _Field:
    """What a selection must know.  ``scope`` is the type of its own selections, None for a leaf.

    Two fields of one ``shape`` may answer under one name (GraphQL, SameResponseShape).
    """

    scope: Any
    shape: str
    args: dict[str, Any]
    required: tuple[str, ...]

    @classmethod
    def of(cls, definition: Any) -> "_Field":
        named, shape = get_named_type(definition.type), str(definition.type)
        required = tuple(name for name, argument in definition.args.items() if is_required(argument))
        if is_composite_type(named):
            return cls(named, shape.replace(named.name, "{}"), definition.args, required)
        return cls(None, shape, definition.args, required)


class _Walk:
    """One walk over one document."""

    def __init__(self, validator: Validator, document: DocumentNode) -> None:
        self.validator = validator
        self.schema = validator.schema
        self.doubts: set[type[ASTValidationRule]] = set()
        self.declared: dict[str, tuple[Any, VariableDefinitionNode]] = {}
        self.fragments = {
            node.name.value: node for node in document.definitions if isinstance(node, FragmentDefinitionNode)
        }
        self.compared = 0

    def document(self, document: DocumentNode) -> None:
        # A variable of a fragment has the type that the operation around it declares: with several, nothing is proved.
        others = [node for node in document.definitions if self.fragments.get(_name(node)) is not node]
        if len(others) != 1 or not isinstance(others[0], OperationDefinitionNode):
            self.doubts.update(RULES)
            return
        self.operation(others[0])
        for fragment in self.fragments.values():
            self.directives(fragment.directives, DirectiveLocation.FRAGMENT_DEFINITION)
            self.level(fragment.selection_set, self.condition(fragment))

    def operation(self, node: OperationDefinitionNode) -> None:
        root = self.schema.get_root_type(node.operation)
        if root is None:
            self.doubts.update(RULES)
        for variable in node.variable_definitions or ():
            self.variable(variable)
        self.directives(node.directives, DirectiveLocation[node.operation.name])
        self.level(node.selection_set, root)

    def variable(self, node: VariableDefinitionNode) -> None:
        type_ = type_from_ast(self.schema, node.type)
        if not is_input_type(type_):
            self.doubts.update(RULES)
            return
        self.declared[node.variable.name.value] = (type_, node)
        self.directives(node.directives, DirectiveLocation.VARIABLE_DEFINITION)
        if node.default_value is not None:
            self.value(node.default_value, type_, None)

    def condition(self, node: FragmentDefinitionNode | InlineFragmentNode) -> Any:
        """The composite type that a fragment is for."""
        name = node.type_condition.name.value  # type: ignore[union-attr]
        type_ = self.schema.type_map.get(name)
        if is_composite_type(type_):
            return type_
        self.doubts.update(RULES)
        return None

    def level(self, node: SelectionSetNode, scope: Any) -> None:
        """All selections that answer in one object."""
        names = [one.alias or one.name for one in node.selections if isinstance(one, FieldNode)]
        plain = len(names) == len(node.selections)
        if not (plain and len({name.value for name in names}) == len(names)) and not self.merge([(node, scope)]):
            self.doubts.add(OverlappingFieldsCanBeMergedRule)
        self.selections(node, scope)

    def selections(self, node: SelectionSetNode, scope: Any) -> None:
        for selection in node.selections:
            if isinstance(selection, FieldNode):
                self.field(selection, scope)
            elif isinstance(selection, InlineFragmentNode):
                self.directives(selection.directives, DirectiveLocation.INLINE_FRAGMENT)
                self.selections(selection.selection_set, self.narrowed(selection, scope))
            elif isinstance(selection, FragmentSpreadNode):
                self.directives(selection.directives, DirectiveLocation.FRAGMENT_SPREAD)
                self.narrowed(self.fragments.get(selection.name.value), scope)

    def narrowed(self, node: FragmentDefinitionNode | InlineFragmentNode | None, scope: Any) -> Any:
        """The type inside a fragment that stands in a selection on ``scope``."""
        if node is None:
            self.doubts.update(RULES)
            return None
        if node.type_condition is None:
            return scope
        type_ = self.condition(node)
        if type_ is not None and scope is not None and not do_types_overlap(self.schema, type_, scope):
            self.doubts.add(PossibleFragmentSpreadsRule)
        return type_

    def field(self, node: FieldNode, scope: Any) -> None:
        if node.directives:
            self.directives(node.directives, DirectiveLocation.FIELD)
        found = self.validator.field(scope, node.name.value)
        if found is None:
            self.doubts.add(FieldsOnCorrectTypeRule)
        elif (found.scope is None) is not (node.selection_set is None):
            self.doubts.add(ScalarLeafsRule)
        if found is not None and (node.arguments or found.required):
            self.arguments(node, found.args, found.required)
        if node.selection_set is not None:
            self.level(node.selection_set, found and found.scope)

    def directives(self, nodes: Sequence[DirectiveNode] | None, location: DirectiveLocation) -> None:
        seen: set[str] = set()
        for node in nodes or ():
            name = node.name.value
            definition = self.validator.directives.get(name)
            # Streams are compared where fields overlap.
            if definition is None or name == "stream":
                self.doubts.update(RULES)
                return
            if location not in definition.locations:
                self.doubts.add(KnownDirectivesRule)
            if name in seen and not definition.is_repeatable:
                self.doubts.add(UniqueDirectivesPerLocationRule)
            seen.add(name)
            required = [name for name, argument in definition.args.items() if is_required(argument)]
            self.arguments(node, definition.args, required)

    def arguments(self, node: FieldNode | DirectiveNode, known: dict[str, Any], required: Iterable[str]) -> None:
        given = {argument.name.value: argument.value for argument in node.arguments or ()}
        if not given.keys() >= set(required):
            self.doubts.add(ProvidedRequiredArgumentsRule)
        for argument in node.arguments or ():
            definition = known.get(argument.name.value)
            if definition is None:
                self.doubts.add(KnownArgumentNamesRule)
            else:
                self.value(argument.value, definition.type, definition)

    def value(self, node: Any, type_: Any, place: Any) -> None:
        if isinstance(node, ListValueNode | ObjectValueNode | VariableNode):
            self.variables(node, type_, place)
        if not isinstance(node, VariableNode):
            validate_input_literal(node, type_, lambda _error, _path: self.doubts.update(_rules_for(node)))

    def variables(self, node: Any, type_: Any, place: Any) -> None:
        """The variables of a value; ``place`` is the argument or input field that takes it, None in a list."""
        match node:
            case VariableNode():
                if not self.is_allowed(self.declared.get(node.name.value), type_, place):
                    self.doubts.add(VariablesInAllowedPositionRule)
            case ListValueNode() if is_list_type(items := get_nullable_type(type_)):
                for item in node.values:
                    self.variables(item, items.of_type, None)
            case ObjectValueNode() if is_input_object_type(named := get_named_type(type_)):
                if named.is_one_of:
                    self.doubts.add(VariablesInAllowedPositionRule)
                for field in node.fields:
                    if field.name.value in named.fields:
                        definition = named.fields[field.name.value]
                        self.variables(field.value, definition.type, definition)

    def is_allowed(self, declared: tuple[Any, VariableDefinitionNode] | None, type_: Any, place: Any) -> bool:
        if declared is None:
            return False
        default = None if place is not None and has_default(place) else Undefined
        return allowed_variable_usage(self.schema, declared[0], declared[1].default_value, type_, default)

    def merge(self, sets: Iterable[tuple[SelectionSetNode, Any]]) -> bool:
        """Whether all fields that answer under one name are one field, and so are those inside them."""
        groups: dict[str, list[tuple[FieldNode, Any]]] = {}
        spread: set[str] = set()
        for node, scope in sets:
            for field, inside in self.flat(node, scope, spread):
                groups.setdefault((field.alias or field.name).value, []).append((field, inside))
        return self.compared < _MERGED_FIELDS and all(self.same(group) for group in groups.values() if len(group) > 1)

    def same(self, group: list[tuple[FieldNode, Any]]) -> bool:
        found = [self.validator.field(scope, node.name.value) for node, scope in group]
        one, kind = group[0][0], found[0]
        for (node, _), other in zip(group, found, strict=True):
            same_call = node.name.value == one.name.value and node.arguments == one.arguments
            if kind is None or other is None or not same_call or other.shape != kind.shape:
                return False
        inner = [(node.selection_set, other.scope) for (node, _), other in zip(group, found, strict=True) if other]
        return self.merge([(node, scope) for node, scope in inner if node is not None])

    def flat(self, node: SelectionSetNode, scope: Any, spread: set[str]) -> Iterator[tuple[FieldNode, Any]]:
        """The fields of a selection and of its fragments, with the type that they are selected on."""
        for selection in node.selections:
            if isinstance(selection, FieldNode):
                self.compared += 1
                yield selection, scope
            elif isinstance(selection, InlineFragmentNode):
                inside = self.condition(selection) if selection.type_condition else scope
                yield from self.flat(selection.selection_set, inside, spread)
            elif isinstance(selection, FragmentSpreadNode) and selection.name.value not in spread:
                spread.add(selection.name.value)
                if fragment := self.fragments.get(selection.name.value):
                    yield from self.flat(fragment.selection_set, self.condition(fragment), spread)


def _rules_for(value: Any) -> Sequence[type[ASTValidationRule]]:
    """What may find a wrong value: in a list or an object it may misplace a variable, too."""
    if isinstance(value, ListValueNode | ObjectValueNode):
        return (ValuesOfCorrectTypeRule, VariablesInAllowedPositionRule)
    return (ValuesOfCorrectTypeRule,)


def _name(node: Any) -> str:
    return node.name.value if getattr(node, "name", None) else ""
