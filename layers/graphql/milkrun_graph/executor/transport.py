"""How a fetch reaches a subgraph.  The executor knows this protocol only: HTTP, Lambda invocations, in process."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Protocol

type Heard = Callable[[str, Sequence[tuple[str, str]]], None]
"""Takes a subgraph's name and the headers of its answer, names in lower case."""


# Seconds after a deadline in which a transport may still report it itself.
GRACE = 0.05


type Fetch = Callable[[str, bytes, Mapping[str, str], float], Awaitable[bytes]]
"""A transport's ``fetch``."""


class Transport(Protocol):
    """Carries one GraphQL request to one subgraph.

    What goes wrong is one of the errors below; anything else that is raised counts as SubgraphUnreachable.
    ``fetch`` may be a coroutine function; one that returns a future saves a task per fetch.
    """

    def fetch(self, graph: str, body: bytes, headers: Mapping[str, str], deadline: float) -> Awaitable[bytes]:
        """The answer's body.  ``deadline`` is a time of the running loop's clock."""
        ...


class Listening(dict[str, str]):
    """Headers to pass on, of a request that wants to hear the headers of answers.  Transports look at the class."""

    __slots__ = ("heard",)

    def __init__(self, given: Mapping[str, str], heard: Heard) -> None:
        super().__init__(given)
        self.heard = heard


class SubgraphFailed(Exception):
    """A subgraph gave no answer.  Its text is for logs; ``code`` and ``told`` are what clients see.

    ``transient``: asking again may help.  ``unhealthy``: it speaks against the subgraph, not against the request.
    """

    code = "SUBREQUEST_FAILED"
    told = "A subgraph could not be asked"
    transient = False
    unhealthy = True


class SubgraphUnreachable(SubgraphFailed):
    """No connection, or it broke."""

    transient = True


class SubgraphDisconnected(SubgraphUnreachable):
    """A kept connection closed before the answer began: asking once more is safe for what changes nothing."""


class SubgraphCircuitOpen(SubgraphUnreachable):
    """Not asked: too much went wrong there of late."""

    code = "SUBGRAPH_CIRCUIT_OPEN"
    told = "A subgraph is not asked for a while, because it failed too often"
    transient = False


class SubgraphThrottled(SubgraphFailed):
    """It takes no more requests for now."""

    transient = True


class SubgraphTimeout(SubgraphFailed):
    """No complete answer before the deadline."""

    code = "SUBREQUEST_TIMEOUT"
    told = "A subgraph did not answer in time"


class SubgraphStatus(SubgraphFailed):
    """An HTTP status other than 2xx; the body may still be a GraphQL answer."""

    def __init__(self, status: int, body: bytes) -> None:
        super().__init__(f"HTTP status {status}")
        self.status = status
        self.body = body
        self.transient = status in (502, 503, 504)
        self.unhealthy = status >= 500 or status == 429  # noqa: PLR2004 - too many requests


def without_address(graph: str) -> SubgraphUnreachable:
    """Why a subgraph that nobody gave an address is not asked."""
    error = SubgraphUnreachable(f"subgraph {graph!r} has no address")
    error.transient = False
    return error


def failing(error: SubgraphFailed) -> asyncio.Future[bytes]:
    """A fetch that has failed already."""
    failed: asyncio.Future[bytes] = asyncio.get_running_loop().create_future()
    failed.set_exception(error)
    return failed


def start(
    fetch: Fetch,
    graph: str,
    body: bytes,
    headers: Mapping[str, str],
    deadline: float,
) -> asyncio.Future[bytes]:
    """Begin a fetch.  One that is a coroutine is cancelled soon after its deadline, which it may have forgotten."""
    started = fetch(graph, body, headers, deadline)
    if isinstance(started, asyncio.Future):
        return started
    future = asyncio.ensure_future(started)
    timer = future.get_loop().call_at(deadline + GRACE, future.cancel)
    future.add_done_callback(lambda _: timer.cancel())
    return future


def reads(body: bytes) -> bool:
    """Whether a fetch's body (the executor's own writing) asks without changing anything."""
    return not body.startswith(b'{"query":"mutation')
