"""From a document's text to an operation that can be planned: parsed, measured and validated once.

This module needs graphql-core; the gateway imports it when the first unknown document arrives.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from graphql import (
    GraphQLEnumType,
    GraphQLError,
    GraphQLInputObjectType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLSchema,
    GraphQLSyntaxError,
    Undefined,
    coerce_input_literal,
    get_named_type,
    parse,
    specified_rules,
    type_from_ast,
    validate,
)
from graphql.language import DirectiveNode, DocumentNode, Node, OperationDefinitionNode, VariableNode
from graphql.validation import NoSchemaIntrospectionCustomRule

from milkrun_graph.errors import RequestRefused
from milkrun_graph.executor.limits import LimitExceeded, check_limits
from milkrun_graph.executor.operation import Operation
from milkrun_graph.executor.options import Options
from milkrun_graph.executor.variables import InputField, InputType, Variable, Variables

MAX_ERRORS = 20
# What graphql-core says when comparing the fields of a document would take too long.
_ABORTED = "Validation aborted."
_HINT = re.compile(r" Did you mean .*\?$")


class DocumentRefused(RequestRefused):
    """Not GraphQL, or not of this schema. ``errors`` are formatted, with locations."""

    def __init__(self, code: str, errors: list[GraphQLError], hints: bool = True) -> None:
        super().__init__(errors[0].message)
        self.code = code
        self.errors = [_formatted(error, code, hints) for error in errors[:MAX_ERRORS]]


def _formatted(error: GraphQLError, code: str, hints: bool) -> dict[str, Any]:
    message = error.message if hints else _HINT.sub("", error.message)
    found: dict[str, Any] = {"message": message}
    if error.locations:
        found["locations"] = [{"line": place.line, "column": place.column} for place in error.locations]
    return found | {"extensions": {"code": code}}


def read_operations(text: str, schema: GraphQLSchema, options: Options) -> dict[str | None, Operation]:
    """The document's operations by name.  Raises DocumentRefused or LimitExceeded."""
    try:
        document = _parse(text, options)
        check_limits(document, options.limits)
        _validate(document, schema, options)
    except RecursionError:
        raise LimitExceeded("MAX_DEPTH_LIMIT", "the document nests too deeply") from None
    return {
        (node.name.value if node.name else None): Operation(
            kind=node.operation.value,
            name=node.name.value if node.name else None,
            text=text,
            variables=_variables(node, schema),
            conditions=tuple(sorted(set(_conditions(document)))),
        )
        for node in document.definitions
        if isinstance(node, OperationDefinitionNode)
    }


def _parse(text: str, options: Options) -> DocumentNode:
    try:
        return parse(text, max_tokens=options.limits.tokens)
    except GraphQLSyntaxError as error:
        if "Document contains more than" in error.message:
            message = f"the document has more than {options.limits.tokens} tokens"
            raise LimitExceeded("MAX_TOKENS_LIMIT", message) from None
        if "nested too deeply" in error.message:
            raise LimitExceeded("MAX_DEPTH_LIMIT", "the document nests too deeply") from None
        raise DocumentRefused("GRAPHQL_PARSE_FAILED", [error]) from None


def _validate(document: DocumentNode, schema: GraphQLSchema, options: Options) -> None:
    if not options.introspection:
        errors = validate(schema, document, [NoSchemaIntrospectionCustomRule])
        if errors:
            raise DocumentRefused("INTROSPECTION_DISABLED", errors)
    errors = validate(schema, document, specified_rules, max_errors=MAX_ERRORS)
    if errors and errors[0].message == _ABORTED:
        raise LimitExceeded("MAX_FIELDS_LIMIT", "the document names the same fields too often to be validated")
    if errors:
        raise DocumentRefused("GRAPHQL_VALIDATION_FAILED", errors, hints=options.introspection)


def _conditions(document: DocumentNode) -> Iterator[str]:
    """The variables in @skip and @include, of fragments too: one more than needed only means one more plan."""
    todo: list[Node] = list(document.definitions)
    while todo:
        node = todo.pop()
        if isinstance(node, DirectiveNode) and node.name.value in ("skip", "include"):
            for argument in node.arguments or ():
                if isinstance(argument.value, VariableNode):
                    yield argument.value.name.value
        for key in node.keys:
            inner = getattr(node, key, None)
            todo.extend(
                item for item in (inner if isinstance(inner, tuple | list) else (inner,)) if isinstance(item, Node)
            )


def _variables(node: OperationDefinitionNode, schema: GraphQLSchema) -> Variables:
    types: dict[str, InputType] = {}
    definitions = []
    for definition in node.variable_definitions or ():
        kind: Any = type_from_ast(schema, definition.type)
        default = coerce_input_literal(definition.default_value, kind) if definition.default_value else Undefined
        named, wrap = _reference(kind)
        _input_types(get_named_type(kind), types)
        defaulted = default is not Undefined
        definitions.append(
            Variable(definition.variable.name.value, named, wrap, defaulted, default if defaulted else None)
        )
    return Variables(tuple(definitions), types)


def _reference(kind: Any) -> tuple[str, str]:
    wrap = ""
    while isinstance(kind, GraphQLNonNull | GraphQLList):
        wrap += "!" if isinstance(kind, GraphQLNonNull) else "["
        kind = kind.of_type
    return kind.name, wrap


def _input_types(kind: Any, types: dict[str, InputType]) -> None:
    if kind.name in types:
        return
    if isinstance(kind, GraphQLEnumType):
        types[kind.name] = InputType(values=frozenset(kind.values))
    elif isinstance(kind, GraphQLInputObjectType):
        fields: dict[str, InputField] = {}
        types[kind.name] = InputType(fields=fields, one_of=kind.is_one_of)
        for name, inner in kind.fields.items():
            literal = inner.ast_node.default_value if inner.ast_node else None
            default = coerce_input_literal(literal, inner.type) if literal else Undefined
            defaulted = default is not Undefined
            optional = defaulted or not isinstance(inner.type, GraphQLNonNull)
            fields[name] = InputField(*_reference(inner.type), optional, default if defaulted else None, defaulted)
            _input_types(get_named_type(inner.type), types)
