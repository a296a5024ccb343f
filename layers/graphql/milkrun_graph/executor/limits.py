"""What an operation may ask for, counted before anything expensive looks at it.

Fragments count where they are spread, and each is measured once: the time is that of reading the document.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from graphql.language import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    InlineFragmentNode,
    OperationDefinitionNode,
    SelectionSetNode,
)

from milkrun_graph.errors import RequestRefused
from milkrun_graph.executor.options import Limits

# Validation compares fields of one response key pair by pair.
MAX_REPEATED = 200


class LimitExceeded(RequestRefused):
    """The operation asks for more than the gateway's owner allows."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


@dataclass(slots=True)
class _Size:
    depth: int = 0
    aliases: int = 0
    fields: int = 0
    roots: int = 0


class _Measure:
    def __init__(self, document: DocumentNode) -> None:
        self._fragments = {
            node.name.value: node for node in document.definitions if isinstance(node, FragmentDefinitionNode)
        }
        self._sizes: dict[str, _Size] = {}

    def selections(self, node: SelectionSetNode) -> _Size:
        total = _Size()
        keys: dict[str, int] = {}
        for selection in node.selections:
            if isinstance(selection, FieldNode):
                size = self._field(selection)
                key = (selection.alias or selection.name).value
                keys[key] = keys.get(key, 0) + 1
            elif isinstance(selection, InlineFragmentNode):
                size = self.selections(selection.selection_set)
            elif isinstance(selection, FragmentSpreadNode):
                size = self._fragment(selection.name.value)
            total.depth = max(total.depth, size.depth)
            total.aliases += size.aliases
            total.fields += size.fields
            total.roots += size.roots
        _repeated(keys.values())
        return total

    def _field(self, node: FieldNode) -> _Size:
        inner = self.selections(node.selection_set) if node.selection_set else _Size()
        return _Size(inner.depth + 1, inner.aliases + (node.alias is not None), inner.fields + 1, 1)

    def _fragment(self, name: str) -> _Size:
        if name not in self._sizes:
            self._sizes[name] = _Size()  # a fragment that spreads itself; validation refuses it
            if name in self._fragments:
                self._sizes[name] = self.selections(self._fragments[name].selection_set)
        return self._sizes[name]


def _repeated(counts: Iterable[int]) -> None:
    if max(counts, default=0) > MAX_REPEATED:
        raise LimitExceeded("MAX_FIELDS_LIMIT", f"a selection set names one field more than {MAX_REPEATED} times")


def check_limits(document: DocumentNode, limits: Limits) -> None:
    """Raises LimitExceeded with the code of the first limit that an operation of the document breaks."""
    measure = _Measure(document)
    for node in document.definitions:
        if isinstance(node, FragmentDefinitionNode):
            measure.selections(node.selection_set)
        if isinstance(node, OperationDefinitionNode):
            size = measure.selections(node.selection_set)
            for code, found, allowed, what in (
                ("MAX_DEPTH_LIMIT", size.depth, limits.depth, "levels"),
                ("MAX_ALIASES_LIMIT", size.aliases, limits.aliases, "aliases"),
                ("MAX_ROOT_FIELDS_LIMIT", size.roots, limits.root_fields, "root fields"),
                ("MAX_FIELDS_LIMIT", size.fields, limits.fields, "fields"),
            ):
                if found > allowed:
                    raise LimitExceeded(code, f"the operation has more than {allowed} {what}")
