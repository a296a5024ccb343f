"""Reads operations into graphql-core's nodes, in under half the time that its parser takes.

One expression cuts the text into words; what is rare (block strings, escapes, descriptions, deep nesting) or wrong is
left to graphql-core's parser, whose errors are the errors.  Nodes have no locations.
"""

import re
from collections.abc import Callable
from typing import Any

from graphql import parse
from graphql.language import (
    ArgumentNode,
    BooleanValueNode,
    DefinitionNode,
    DirectiveNode,
    DocumentNode,
    EnumValueNode,
    FieldNode,
    FloatValueNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    InlineFragmentNode,
    IntValueNode,
    ListTypeNode,
    ListValueNode,
    NamedTypeNode,
    NameNode,
    NonNullTypeNode,
    NullValueNode,
    ObjectFieldNode,
    ObjectValueNode,
    OperationDefinitionNode,
    OperationType,
    SelectionSetNode,
    StringValueNode,
    TypeNode,
    VariableDefinitionNode,
    VariableNode,
)

# GraphQL, "Lexical Tokens".  What no alternative takes is taken with all that follows, and no document ends like that.
_WORDS = re.compile(
    r"""(?:[ \t\r\n,\ufeff]+|\#[^\r\n]*)*
    ( [_A-Za-z][_0-9A-Za-z]* | \.\.\. | [!$():=@\[\]{}]
    | -?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?(?![_0-9A-Za-z.])
    | "[^"\\\x00-\x1f\x7f-\x9f\ud800-\udfff]*"(?!") | \Z | .+ )""",
    re.VERBOSE | re.DOTALL,
)
_OPERATIONS = {kind.value: kind for kind in OperationType}
_DEEPEST = 64


class _Unusual(Exception):
    """The text is for the other parser."""


def read_document(text: str) -> DocumentNode:
    """Parse a document.  Raises GraphQLSyntaxError."""
    try:
        return _Reader(text).document()
    except _Unusual:
        return parse(text, no_location=True)


class _Reader:
    """Recursive descent, one method for each production (GraphQL, "Document Syntax")."""

    def __init__(self, text: str) -> None:
        self.words: list[str] = _WORDS.findall(text)
        self.at = 0
        self.depth = 0
        self.names: dict[str, NameNode] = {}

    def document(self) -> DocumentNode:
        definitions: list[DefinitionNode] = []
        while self.words[self.at]:
            definitions.append(self.definition())
        return DocumentNode(definitions=tuple(definitions) or self.fail())

    def definition(self) -> DefinitionNode:
        word = self.words[self.at]
        if word == "{":
            return OperationDefinitionNode(operation=OperationType.QUERY, selection_set=self.selection_set())
        self.at += 1
        if word == "fragment":
            name = self.fragment_name()
            self.expect("on")
            return FragmentDefinitionNode(
                name=name,
                variable_definitions=(),
                type_condition=NamedTypeNode(name=self.name()),
                directives=self.directives(),
                selection_set=self.selection_set(),
            )
        if word not in _OPERATIONS:
            raise _Unusual
        return OperationDefinitionNode(
            operation=_OPERATIONS[word],
            name=None if self.words[self.at] in ("(", "@", "{") else self.name(),
            variable_definitions=self.several("(", self.variable_definition, ")"),
            directives=self.directives(),
            selection_set=self.selection_set(),
        )

    def variable_definition(self) -> VariableDefinitionNode:
        variable = self.variable()
        self.expect(":")
        type_ = self.type()
        default = self.value(const=True) if self.found("=") else None
        return VariableDefinitionNode(
            variable=variable, type=type_, default_value=default, directives=self.directives(const=True)
        )

    def type(self) -> TypeNode:
        if self.found("["):
            items = self.until("]", self.type)
            inner: Any = ListTypeNode(type=items[0]) if len(items) == 1 else self.fail()
        else:
            inner = NamedTypeNode(name=self.name())
        return NonNullTypeNode(type=inner) if self.found("!") else inner

    def selection_set(self) -> SelectionSetNode:
        self.expect("{")
        return SelectionSetNode(selections=self.until("}", self.selection))

    def selection(self) -> FieldNode | FragmentSpreadNode | InlineFragmentNode:
        if self.words[self.at] == "...":
            self.at += 1
            return self.spread()
        alias, name = None, self.name()
        if self.words[self.at] == ":":
            self.at += 1
            alias, name = name, self.name()
        word = self.words[self.at]
        arguments = self.several("(", self.argument, ")") if word == "(" else None
        directives = self.directives() if self.words[self.at] == "@" else None
        inner = self.selection_set() if self.words[self.at] == "{" else None
        return FieldNode(name=name, alias=alias, arguments=arguments, directives=directives, selection_set=inner)

    def spread(self) -> FragmentSpreadNode | InlineFragmentNode:
        condition = NamedTypeNode(name=self.name()) if self.found("on") else None
        if condition is None and self.words[self.at] not in ("@", "{"):
            return FragmentSpreadNode(name=self.name(), directives=self.directives())
        return InlineFragmentNode(
            type_condition=condition, directives=self.directives(), selection_set=self.selection_set()
        )

    def directives(self, *, const: bool = False) -> tuple[Any, ...] | None:
        found = []
        while self.found("@"):
            argument = self.const_argument if const else self.argument
            found.append(DirectiveNode(name=self.name(), arguments=self.several("(", argument, ")")))
        return tuple(found) or None

    def argument(self, *, const: bool = False) -> ArgumentNode:
        name = self.name()
        self.expect(":")
        return ArgumentNode(name=name, value=self.value(const=const))

    def const_argument(self) -> ArgumentNode:
        return self.argument(const=True)

    def value(self, *, const: bool = False) -> Any:
        word = self.words[self.at]
        first = word[:1]
        if first == "$" and not const:
            return self.variable()
        self.at += 1
        if first == '"':
            return StringValueNode(value=word[1:-1], block=False)
        if first in "-0123456789" and word:
            return IntValueNode(value=word) if word.lstrip("-").isdecimal() else FloatValueNode(value=word)
        if first == "[":
            return ListValueNode(values=self.until("]", lambda: self.value(const=const)))
        if first == "{":
            return ObjectValueNode(fields=self.until("}", lambda: self.object_field(const=const)))
        return self.named_value(word)

    def named_value(self, word: str) -> Any:
        if word in ("true", "false"):
            return BooleanValueNode(value=word == "true")
        if word == "null":
            return NullValueNode()
        if not word.isidentifier():
            raise _Unusual
        return EnumValueNode(value=word)

    def object_field(self, *, const: bool) -> ObjectFieldNode:
        name = self.name()
        self.expect(":")
        return ObjectFieldNode(name=name, value=self.value(const=const))

    def variable(self) -> VariableNode:
        self.expect("$")
        return VariableNode(name=self.name())

    def fragment_name(self) -> NameNode:
        if self.words[self.at] == "on":
            raise _Unusual
        return self.name()

    def name(self) -> NameNode:
        word = self.words[self.at]
        node = self.names.get(word)
        if node is None:
            if not word.isidentifier():
                raise _Unusual
            node = self.names[word] = NameNode(value=word)
        self.at += 1
        return node

    def several[Item](self, opening: str, item: Callable[[], Item], closing: str) -> tuple[Item, ...] | None:
        """At least one, or nothing."""
        if not self.found(opening):
            return None
        return self.until(closing, item) or self.fail()

    def until[Item](self, closing: str, item: Callable[[], Item]) -> tuple[Item, ...]:
        self.depth += 1
        if self.depth > _DEEPEST:
            raise _Unusual
        items = []
        while self.words[self.at] != closing:
            items.append(item())
        self.at += 1
        self.depth -= 1
        return tuple(items)

    def found(self, word: str) -> bool:
        if self.words[self.at] != word:
            return False
        self.at += 1
        return True

    def expect(self, word: str) -> None:
        if self.words[self.at] != word:
            raise _Unusual
        self.at += 1

    def fail(self) -> Any:
        raise _Unusual
