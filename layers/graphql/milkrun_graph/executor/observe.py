"""What an owner can watch: every fetch and every request.  Without an observer none of this runs."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from milkrun_graph.executor.transport import SubgraphFailed, SubgraphTimeout, Transport, start

if TYPE_CHECKING:
    from milkrun_graph.executor.messages import Request
    from milkrun_graph.executor.operation import Operation

log = logging.getLogger("milkrun_graph")

OK = "ok"
CANCELLED = "cancelled"
_ENTITY = b'{"__typename":'
_VARIABLES = b',"variables":{'


@dataclass(frozen=True, slots=True)
class FetchSeen:
    """One fetch that has ended.

    ``began`` is a time of the loop's clock.  ``outcome`` is ``ok``, ``cancelled`` (nobody waits any more) or an error's
    code; ``error`` its text, for logs only.  ``entities`` is how many representations were sent, ``sent`` and
    ``received`` are bytes, and ``headers`` those that were passed on: among them the request's trace.
    """

    graph: str
    began: float
    seconds: float
    outcome: str
    error: str | None
    entities: int
    sent: int
    received: int
    headers: Mapping[str, str]


@dataclass(slots=True)
class RequestSeen:
    """One request that was answered.

    ``operation`` is None if the request was refused before one was found.  ``fields`` has, per planned fetch, the
    subgraph and the coordinates (``Type.field``) that it is asked for, each as often as it is selected there.
    """

    request: Request
    seconds: float = 0.0
    status: int = 0
    errors: int = 0
    operation: Operation | None = None
    fields: Sequence[tuple[str, tuple[str, ...]]] = ()


class Observer(Protocol):
    """Hears of fetches and requests, at once and on the loop: it must be quick.  What it raises is logged."""

    def on_fetch(self, seen: FetchSeen) -> None: ...

    def on_request(self, seen: RequestSeen) -> None: ...


class Observed:
    """Tells an observer of each fetch of a transport."""

    def __init__(self, transport: Transport, observer: Observer) -> None:
        self._fetch, self._observer = transport.fetch, observer

    def fetch(self, graph: str, body: bytes, headers: Mapping[str, str], deadline: float) -> asyncio.Future[bytes]:
        clock = asyncio.get_running_loop().time
        began = clock()
        future = start(self._fetch, graph, body, headers, deadline)

        def ended(future: asyncio.Future[bytes]) -> None:
            now = clock()
            outcome, error = _outcome(future, late=now >= deadline)
            received = len(future.result()) if outcome == OK else 0
            at = body.find(_VARIABLES)
            entities = body.count(_ENTITY, at) if at >= 0 else 0
            seen = FetchSeen(graph, began, now - began, outcome, error, entities, len(body), received, headers)
            try:
                self._observer.on_fetch(seen)
            except Exception:
                log.exception("an observer failed")

        future.add_done_callback(ended)
        return future


def _outcome(future: asyncio.Future[bytes], *, late: bool) -> tuple[str, str | None]:
    if future.cancelled():
        return (SubgraphTimeout.code if late else CANCELLED), None
    error = future.exception()
    if error is None:
        return OK, None
    kind = error if isinstance(error, SubgraphFailed) else SubgraphFailed
    return kind.code, f"{type(error).__name__}: {error}"
