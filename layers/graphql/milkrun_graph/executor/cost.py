"""What an operation would cost at most, by ``@cost`` and ``@listSize`` (the IBM GraphQL cost specification).

An object costs 1 and a leaf nothing where no weight is given; a list counts for as many items as its slicing
arguments or its assumed size say; a mutation costs 10 more.  Alternatives on different types are added up.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from graphql import parse, value_from_ast_untyped
from graphql.language import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    InlineFragmentNode,
    OperationDefinitionNode,
    SelectionNode,
    SelectionSetNode,
)

from milkrun_graph.executor.limits import LimitExceeded
from milkrun_graph.supergraph.tables import Kind, SuperField, Supergraph

MUTATION = 10
_LEAVES = (Kind.SCALAR, Kind.ENUM)

type Sizes = Mapping[str, int]
"""How many items fields below have, as a field above said by ``sizedFields``."""


class Cost:
    """Estimates one document.  Fragments are counted wherever they are spread; limits on fields bound the time."""

    def __init__(self, tables: Supergraph, document: DocumentNode, values: Mapping[str, Any], list_size: int) -> None:
        self._tables, self._values, self._list_size = tables, dict(values), list_size
        self._fragments = {
            node.name.value: node for node in document.definitions if isinstance(node, FragmentDefinitionNode)
        }

    def of(self, operation: OperationDefinitionNode) -> int:
        root = self._tables.roots[operation.operation.value]
        base = MUTATION if operation.operation.value == "mutation" else 0
        return base + self._selections(operation.selection_set, root, {})

    def _selections(self, node: SelectionSetNode, parent: str, sizes: Sizes) -> int:
        return sum(self._selection(selection, parent, sizes) for selection in node.selections if self._on(selection))

    def _on(self, node: SelectionNode) -> bool:
        for directive in node.directives or ():
            if directive.name.value in ("skip", "include"):
                wanted = directive.name.value == "include"
                if value_from_ast_untyped((directive.arguments or ())[0].value, self._values) is not wanted:
                    return False
        return True

    def _selection(self, node: SelectionNode, parent: str, sizes: Sizes) -> int:
        if isinstance(node, InlineFragmentNode):
            name = node.type_condition.name.value if node.type_condition else parent
            return self._selections(node.selection_set, name, sizes)
        if isinstance(node, FragmentSpreadNode):
            fragment = self._fragments[node.name.value]
            return self._selections(fragment.selection_set, fragment.type_condition.name.value, sizes)
        return self._field(node, parent, sizes) if isinstance(node, FieldNode) else 0

    def _field(self, node: FieldNode, parent: str, sizes: Sizes) -> int:
        field = self._tables.types[parent].fields.get(node.name.value)
        if field is None:  # __typename and introspection
            return 0
        given = {
            argument.name.value: value_from_ast_untyped(argument.value, self._values)
            for argument in node.arguments or ()
        }
        own = self._weight(field) + sum(field.arguments[name].cost or 0 for name in given if name in field.arguments)
        size, below = self._size(field, given, sizes)
        inner = self._selections(node.selection_set, field.type.named, below) if node.selection_set else 0
        return size * (own + inner)

    def _weight(self, field: SuperField) -> int:
        if field.cost is not None:
            return field.cost
        kind = self._tables.types.get(field.type.named)
        if kind is None:
            return 0
        return kind.cost if kind.cost is not None else int(kind.kind not in _LEAVES)

    def _size(self, field: SuperField, given: Mapping[str, Any], sizes: Sizes) -> tuple[int, Sizes]:
        """How many items the field has, and how many those below it."""
        is_list = "[" in field.type.wrap
        said = field.list_size
        if said is None:
            return (sizes.get(field.name, self._list_size) if is_list else 1), {}
        slices = [found for name in said.slicing if isinstance(found := self._slice(field, given, name), int)]
        size = max(slices) if slices else said.assumed if said.assumed is not None else self._list_size
        size = max(size, 0)
        if said.sized_fields:
            return 1, dict.fromkeys(said.sized_fields, size)
        return (size if is_list else 1), {}

    @staticmethod
    def _slice(field: SuperField, given: Mapping[str, Any], name: str) -> Any:
        value: Any = given
        for step in name.split("."):
            value = value.get(step) if isinstance(value, dict) else None
        argument = field.arguments.get(name)
        if value is None and argument is not None and (argument.default or "").isdigit():
            return int(argument.default or 0)
        return value


def check_cost(
    tables: Supergraph, text: str, name: str | None, values: Mapping[str, Any], *, allowed: int, list_size: int
) -> None:
    """Raises LimitExceeded if the operation may cost more than allowed."""
    document = parse(text, no_location=True)
    for node in document.definitions:
        if isinstance(node, OperationDefinitionNode) and (node.name.value if node.name else None) == name:
            cost = Cost(tables, document, values, list_size).of(node)
            if cost > allowed:
                message = f"the operation may cost {cost}, and {allowed} is allowed"
                raise LimitExceeded("COST_ESTIMATED_TOO_EXPENSIVE", message)
