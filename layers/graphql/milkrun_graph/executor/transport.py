"""How a fetch reaches a subgraph.  The executor knows this protocol only: HTTP, Lambda invocations, in process."""

from __future__ import annotations

from collections.abc import Awaitable, Mapping
from typing import Protocol


class Transport(Protocol):
    """Carries one GraphQL request to one subgraph.

    What goes wrong is one of the errors below; anything else that is raised counts as SubgraphUnreachable.
    ``fetch`` may be a coroutine function; one that returns a future saves a task per fetch.
    """

    def fetch(self, graph: str, body: bytes, headers: Mapping[str, str], deadline: float) -> Awaitable[bytes]:
        """The answer's body.  ``deadline`` is a time of the running loop's clock."""
        ...


class SubgraphFailed(Exception):
    """A subgraph gave no answer.  Its text is for logs, never for clients."""


class SubgraphUnreachable(SubgraphFailed):
    """No connection, or it broke."""


class SubgraphDisconnected(SubgraphUnreachable):
    """A kept connection closed before the answer began: asking once more is safe for what changes nothing."""


class SubgraphTimeout(SubgraphFailed):
    """No complete answer before the deadline."""


class SubgraphStatus(SubgraphFailed):
    """An HTTP status other than 2xx; the body may still be a GraphQL answer."""

    def __init__(self, status: int, body: bytes) -> None:
        super().__init__(f"HTTP status {status}")
        self.status = status
        self.body = body
