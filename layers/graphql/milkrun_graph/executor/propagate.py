"""Headers of subgraphs' answers that reach the client."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from milkrun_graph.executor.transport import Fetch


class Merge(StrEnum):
    """What becomes of one header of several answers.  Answers count in the order in which they come."""

    FIRST = "first"
    LAST = "last"
    APPEND = "append"
    # The shortest life, private if any is, nothing kept if any must not be: RFC 9111.
    CACHE_CONTROL = "cache-control"


@dataclass(frozen=True, slots=True)
class HeaderRule:
    """``name`` in lower case."""

    name: str
    merge: Merge = Merge.LAST


CACHE_CONTROL = HeaderRule("cache-control", Merge.CACHE_CONTROL)
SET_COOKIE = HeaderRule("set-cookie", Merge.APPEND)

NO_STORE = "no-store"
_AGE = re.compile(r"(?:^|[,\s])max-age\s*=\s*\"?(\d+)")
# What would make a header two of them, or cannot be sent.
_CONTROL = frozenset("\r\n\0")


class Collected:
    """The headers of one request's answers."""

    def __init__(self, rules: Sequence[HeaderRule]) -> None:
        self._rules = {rule.name: rule.merge for rule in rules}
        self._found: dict[str, list[str]] = {}
        self._caching: list[str] = []
        self._asked = 0

    def counting(self, fetch: Fetch) -> Fetch:
        """The same, counted: an answer of which nothing was heard may not be kept."""

        def counted(graph: str, body: bytes, headers: Mapping[str, str], deadline: float) -> Awaitable[bytes]:
            self._asked += 1
            return fetch(graph, body, headers, deadline)

        return counted

    def heard(self, graph: str, pairs: Sequence[tuple[str, str]]) -> None:  # noqa: ARG002 - rules are for all subgraphs
        """One answer's headers, names in lower case."""
        caching: list[str] = []
        for name, value in pairs:
            merge = self._rules.get(name)
            if merge is None or not _CONTROL.isdisjoint(value):
                continue
            if merge is Merge.CACHE_CONTROL:
                caching.append(value)
            elif merge is Merge.APPEND:
                self._found.setdefault(name, []).append(value)
            elif merge is Merge.LAST or name not in self._found:
                self._found[name] = [value]
        # An answer that does not say may not be kept.
        self._caching.append(",".join(caching) or NO_STORE)

    def headers(self, *, cacheable: bool) -> tuple[tuple[str, str], ...]:
        """What the client gets; ``cacheable`` is false for mutations and for answers with errors."""
        found = [(name, value) for name, values in self._found.items() for value in values]
        for name, merge in self._rules.items():
            if merge is Merge.CACHE_CONTROL:
                known = cacheable and len(self._caching) >= self._asked
                found.append((name, strictest(self._caching) if known else NO_STORE))
        return tuple(found)


def strictest(values: Sequence[str]) -> str:
    """One ``cache-control`` that promises nothing that one of these does not promise."""
    told = [value.lower() for value in values]
    if not told or any(NO_STORE in value or "no-cache" in value for value in told):
        return NO_STORE
    ages = [int(found[1]) if (found := _AGE.search(value)) else 0 for value in told]
    if not min(ages):
        return NO_STORE
    scope = "public" if all("public" in value for value in told) else None
    scope = "private" if any("private" in value for value in told) else scope
    return f"max-age={min(ages)}" + (f", {scope}" if scope else "")
