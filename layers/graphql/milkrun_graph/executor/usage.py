"""Which fields of which subgraph a fetch asks for, read from the text that the planner wrote, without a parser."""

from __future__ import annotations

import re
from collections.abc import Iterator

from milkrun_graph.executor.lru import Lru
from milkrun_graph.planner.plan import Fetch
from milkrun_graph.supergraph.tables import Supergraph

MAX_FETCHES = 5000
MAX_BYTES = 16 * 1024 * 1024
_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|\.\.\.|[_A-Za-z]\w*|[{}():@]')


class FieldUse:
    """Coordinates (``Type.field``) per fetch, worked out once per text."""

    def __init__(self, tables: Supergraph) -> None:
        self._tables = tables
        self._known: Lru[tuple[str, str], tuple[str, ...]] = Lru(MAX_FETCHES, MAX_BYTES)

    def of(self, fetch: Fetch) -> tuple[str, ...]:
        """Each coordinate as often as the text has it."""
        key = (fetch.kind.value, fetch.query)
        known = self._known.get(key)
        if known is None:
            known = tuple(self._walk(fetch.query, self._tables.roots.get(fetch.kind.value, "")))
            self._known.put(key, known, len(fetch.query))
        return known

    def _walk(self, text: str, root: str) -> Iterator[str]:
        """Selection sets nest; of each level the type is known by its fields' types in the supergraph."""
        levels: list[str] = []
        below = root
        for word, following in _selections(text):
            if word == "{":
                levels.append(below)
            elif word == "}":
                levels.pop()
            elif word == "...":
                below = following
            else:
                parent = levels[-1]
                kind = self._tables.types.get(parent)
                field = kind.fields.get(word) if kind else None
                below = field.type.named if field else ""
                if field is not None:
                    yield f"{parent}.{word}"


def _selections(text: str) -> Iterator[tuple[str, str]]:
    """Braces, field names without aliases, and ``...`` with its type; without the head, arguments and directives."""
    words = [found.group() for found in _TOKEN.finditer(text)]
    at, parentheses, inside = 0, 0, False
    while at < len(words):
        word = words[at]
        if word in "()":
            parentheses += 1 if word == "(" else -1
        elif parentheses:
            pass
        elif word == "@":
            at += 1
        elif word == "...":
            yield word, words[at + 2]
            at += 2
        elif word in "{}":
            inside = True
            yield word, ""
        elif inside and words[at + 1] != ":" and word != ":":
            yield word, ""
        at += 1
