"""What a gateway's owner decides."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from milkrun_graph.executor.propagate import HeaderRule

TRACE_HEADERS = ("traceparent", "tracestate", "x-request-id", "x-amzn-trace-id")
PUBLIC_CODES = frozenset({"UNAUTHENTICATED", "FORBIDDEN", "BAD_USER_INPUT", "NOT_FOUND"})


@dataclass(frozen=True, slots=True)
class Limits:
    """What one operation may ask for.  Each has an error code of its own; see ``limits``."""

    body_bytes: int = 1024 * 1024
    tokens: int = 15_000
    depth: int = 60
    aliases: int = 100
    root_fields: int = 50
    # Fields after fragments are inlined: fragments that spread each other twice double with every level.
    fields: int = 10_000
    cost: int | None = None
    # How many entries a list without @listSize counts for.
    list_size: int = 10


@dataclass(frozen=True, slots=True)
class Options:
    """A gateway's settings; the defaults suit a public endpoint except that introspection is on."""

    limits: Limits = field(default_factory=Limits)
    introspection: bool = True
    # Request headers that are passed to subgraphs, in lower case.
    forward_headers: tuple[str, ...] = TRACE_HEADERS
    subgraph_seconds: float = 10.0
    # Seconds per subgraph where that does not fit.
    seconds: Mapping[str, float] = field(default_factory=dict)
    # Subgraphs' own error messages and extensions reach the client.
    subgraph_errors: bool = True
    # Codes of subgraphs' errors that clients see even if nothing else of them does.
    error_codes: frozenset[str] = PUBLIC_CODES
    # Headers of subgraphs' answers that reach the client.
    response_headers: tuple[HeaderRule, ...] = ()
    # Progressive overrides that are on, beside those of the form percent(n).
    labels: frozenset[str] = frozenset()
    cached_operations: int = 1000
    cached_bytes: int = 16 * 1024 * 1024
