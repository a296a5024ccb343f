"""Field sets: the selections inside `@key`, `@requires`, `@provides`, read against one schema."""

from collections.abc import Iterator
from dataclasses import dataclass

from graphql import (
    BooleanValueNode,
    FieldNode,
    FloatValueNode,
    GraphQLError,
    InlineFragmentNode,
    IntValueNode,
    ListValueNode,
    NullValueNode,
    SelectionSetNode,
    StringValueNode,
    parse,
    print_ast,
)
from graphql.language import OperationDefinitionNode, SelectionNode, ValueNode

from milkrun_graph.composer.model import Applied, Field, Schema, composite, named, nullable

INVALID = "INVALID_FIELDS"
NOT_A_STRING = "INVALID_FIELDS_TYPE"
HAS_DIRECTIVES = "DIRECTIVE_IN_FIELDS_ARG"
_LITERALS: dict[str, type[ValueNode] | tuple[type[ValueNode], ...]] = {
    "Int": IntValueNode,
    "Float": (IntValueNode, FloatValueNode),
    "String": StringValueNode,
    "Boolean": BooleanValueNode,
    "ID": (IntValueNode, StringValueNode),
}


@dataclass(frozen=True, slots=True)
class Selection:
    """A field of `parent`, or (without a name) a condition on its type; `type` is the type below."""

    parent: str
    name: str | None
    type: str
    args: str = ""
    below: tuple["Selection", ...] = ()

    def text(self) -> str:
        """The selection as text, in a normal form."""
        head = f"{self.name}{self.args}" if self.name else f"... on {self.type}"
        return f"{head} {{ {text_of(self.below)} }}" if self.below else head


FieldSet = tuple[Selection, ...]


class FieldSetFault(Exception):
    """A field set that cannot be used; `code` is the part of the error code after the directive's name."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


def text_of(selections: FieldSet) -> str:
    """Selections as text, sorted, so that equal sets have equal texts."""
    return " ".join(sorted(selection.text() for selection in selections))


def fields_argument(applied: Applied) -> str:
    """The `fields` of a directive; old schemas give a list of strings."""
    value = applied.args.get("fields")
    if not isinstance(value, StringValueNode):
        written = print_ast(value) if value else "nothing"
        raise FieldSetFault(NOT_A_STRING, f'Invalid value for argument "fields": must be a string, and is {written}.')
    return value.value


def written(applied: Applied) -> str:
    """The directive's field set as it is written, for messages."""
    value = applied.args.get("fields")
    return print_ast(value) if isinstance(value, ValueNode) else ""


def read_field_set(schema: Schema, parent: str, text: str, lenient: bool = False) -> FieldSet:
    """Parse and check a field set on a type; a lenient reader stops where something is wrong."""
    try:
        document = parse("{" + text + "}")
    except GraphQLError as fault:
        raise FieldSetFault(INVALID, fault.message) from fault
    operation = document.definitions[0]
    if len(document.definitions) != 1 or not isinstance(operation, OperationDefinitionNode):
        raise FieldSetFault(INVALID, "it is not one selection set")
    return _Reader(schema, lenient).read(parent, operation.selection_set)


@dataclass(slots=True)
class _Reader:
    schema: Schema
    lenient: bool
    stopped: bool = False

    def read(self, parent: str, selection_set: SelectionSetNode) -> FieldSet:
        found = []
        for node in selection_set.selections:
            if self.stopped:
                break
            try:
                found.append(self.one(parent, node))
            except FieldSetFault:
                if not self.lenient:
                    raise
                self.stopped = True
        return tuple(found)

    def one(self, parent: str, node: SelectionNode) -> Selection:
        if node.directives and not self.lenient:
            raise FieldSetFault(
                HAS_DIRECTIVES,
                f'cannot have directive applications in the "fields" argument but found "{print_ast(node)}".',
            )
        if isinstance(node, FieldNode):
            return self.field(parent, node)
        if isinstance(node, InlineFragmentNode):
            return self.fragment(parent, node)
        raise FieldSetFault(INVALID, "a field set cannot use named fragments")

    def field(self, parent: str, node: FieldNode) -> Selection:
        name = node.name.value
        if node.alias is not None:
            raise FieldSetFault(
                INVALID, f'Cannot use alias "{node.alias.value}" for "{name}": aliases are not supported.'
            )
        if name == "__typename":
            return Selection(parent, name, "String!")
        field = self.schema.types[parent].fields.get(name)
        if field is None:
            raise FieldSetFault(INVALID, f'Cannot query field "{name}" on type "{parent}"')
        if not self.lenient:
            _check_arguments(parent, field, node)
        below = self.schema.types.get(named(field.type))
        coordinate = f"{parent}.{name}"
        if node.selection_set is None:
            if composite(below):
                raise FieldSetFault(
                    INVALID, f'Invalid empty selection set for field "{coordinate}" of non-leaf type {field.type}'
                )
            return Selection(parent, name, field.type, _arguments(node))
        if below is None or not composite(below):
            raise FieldSetFault(INVALID, f'Field "{coordinate}" of type {field.type} cannot have selections')
        return Selection(parent, name, field.type, _arguments(node), self.read(below.name, node.selection_set))

    def fragment(self, parent: str, node: InlineFragmentNode) -> Selection:
        name = node.type_condition.name.value if node.type_condition else parent
        type_ = self.schema.types.get(name)
        if type_ is None or not composite(type_):
            raise FieldSetFault(INVALID, f'Fragment cannot condition on "{name}"')
        if name != parent and type_.kind == "OBJECT" and self.schema.types[parent].kind == "OBJECT":
            raise FieldSetFault(INVALID, f'Invalid fragment type condition "{name}" (parent type is "{parent}")')
        return Selection(parent, None, name, "", self.read(name, node.selection_set))


def _check_arguments(parent: str, field: Field, node: FieldNode) -> None:
    given = {arg.name.value for arg in node.arguments or ()}
    for name in sorted(given - set(field.args)):
        raise FieldSetFault(
            INVALID, f'Unknown argument "{name}" found in value: "{parent}.{field.name}" has no such argument'
        )
    for one in node.arguments or ():
        if not literal_fits(field.args[one.name.value].type, one.value):
            message = (
                f'Invalid value for argument "{one.name.value}" of "{parent}.{field.name}": {print_ast(one.value)}'
            )
            raise FieldSetFault(INVALID, message)
    for arg in field.args.values():
        if arg.required and arg.name not in given:
            raise FieldSetFault(
                INVALID, f'Missing mandatory value for argument "{arg.name}" of "{parent}.{field.name}"'
            )


def literal_fits(type_: str, value: ValueNode) -> bool:
    """Whether a literal can be of a type; only built-in scalars say what their literals look like."""
    if isinstance(value, NullValueNode):
        return not type_.endswith("!")
    inner = nullable(type_)
    if inner.startswith("["):
        items = value.values if isinstance(value, ListValueNode) else (value,)
        return all(literal_fits(inner[1:-1], one) for one in items)
    return isinstance(value, _LITERALS.get(inner, ValueNode))


def _arguments(node: FieldNode) -> str:
    """The arguments in a normal form."""
    given = sorted(f"{arg.name.value}: {print_ast(arg.value)}" for arg in node.arguments or ())
    return f"({', '.join(given)})" if given else ""


def walk(selections: FieldSet) -> Iterator[Selection]:
    """Every selection, parents before children."""
    for selection in selections:
        yield selection
        yield from walk(selection.below)
