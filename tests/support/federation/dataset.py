"""The data behind a suite's subgraphs: named objects that refer to each other, and what one graph sees differently.

    objects:
      Query: {book: "@b1", byTitle: {$by: title, Emma: "@b1"}}
      b1: {__typename: Book, id: "1", author: {name: Jane}}
    graphs:
      reviews: {b1: {id: never}, b2: null}

`"@b1"` refers to an object; `$by` chooses by an argument, `$first` cuts a list to an argument, `$echo` is what the
arguments are, `$error` fails.
"""

import json
from dataclasses import dataclass
from typing import Any

from graphql import FieldNode, InlineFragmentNode, value_from_ast_untyped

from tests.support.federation.ownership import Ownership
from tests.support.federation.sdl import Selections, selections

ABSENT = object()
ROOTS = ("Query", "Mutation")


class Failed(Exception):
    """The data set says that this value cannot be had."""


@dataclass(slots=True)
class Record:
    """One object; those written in place have no name."""

    name: str | None
    values: dict[str, Any]

    @property
    def type_name(self) -> str:
        return str(self.values.get("__typename") or self.name)


class Dataset:
    def __init__(self, objects: dict[str, Any], graphs: dict[str, dict[str, Any]] | None = None) -> None:
        self.records = {name: Record(name, values) for name, values in objects.items()}
        self.graphs = graphs or {}
        self.effects: list[str] = []

    def taken_effects(self) -> list[str]:
        """What root fields of mutations were run since the last call, in order."""
        found, self.effects = self.effects, []
        return found

    def entities(self, graph: str) -> list[Record]:
        """The objects that this graph knows."""
        own = self.graphs.get(graph, {})
        return [each for name, each in self.records.items() if name not in ROOTS and own.get(name, {}) is not None]

    def value(self, graph: str | None, record: Record, name: str, arguments: dict[str, Any]) -> Any:
        """The value of a field as one graph sees it, or as it truly is when no graph is named."""
        if record.name == "Mutation":
            self.effects.append(f"{name} {arguments}")
        own = self.graphs.get(graph or "", {}).get(record.name or "") or {}
        found = own[name] if name in own else record.values.get(name)
        return self._linked(_chosen(found, arguments), graph)

    def _linked(self, value: Any, graph: str | None) -> Any:
        if isinstance(value, list):
            return [self._linked(each, graph) for each in value]
        if isinstance(value, dict):
            return Record(None, value)
        if isinstance(value, str) and value.startswith("@"):
            own = self.graphs.get(graph or "", {})
            return None if own.get(value[1:], {}) is None else self.records[value[1:]]
        return value

    def matches(self, given: Any, truth: Any, fields: Selections, ownership: Ownership) -> bool:
        """Whether a part of a representation holds these fields of the object, with their true values."""
        if isinstance(truth, list):
            same = isinstance(given, list) and len(given) == len(truth)
            return same and all(self.matches(*pair, fields, ownership) for pair in zip(given, truth, strict=True))
        if not isinstance(truth, Record):
            return bool(given == truth)
        return isinstance(given, dict) and all(self._holds(given, truth, each, ownership) for each in fields)

    def _holds(
        self, given: dict[str, Any], truth: Record, node: FieldNode | InlineFragmentNode, ownership: Ownership
    ) -> bool:
        if isinstance(node, InlineFragmentNode):
            if given.get("__typename") != truth.type_name:
                return False
            condition = node.type_condition
            if condition and not ownership.is_a(truth.type_name, condition.name.value):
                return True
            return all(self._holds(given, truth, each, ownership) for each in selections(node.selection_set))
        name = node.name.value
        if name == "__typename":
            return name in given
        arguments = {each.name.value: value_from_ast_untyped(each.value) for each in node.arguments or ()}
        try:
            value = self.value(None, truth, name, arguments)
        except Failed:
            value = None
        found = given.get(name, ABSENT)
        return found is not ABSENT and self.matches(found, value, selections(node.selection_set), ownership)


def _chosen(value: Any, arguments: dict[str, Any]) -> Any:
    """Undo the `$` notations."""
    if not isinstance(value, dict):
        return value
    if "$error" in value:
        raise Failed(value["$error"])
    if "$by" in value:
        return _chosen(value.get(str(arguments.get(value["$by"])), value.get("$else")), arguments)
    if "$echo" in value:
        return json.dumps(arguments, sort_keys=True)
    if "$first" in value:
        return value["of"][: arguments[value["$first"]]]
    return value
