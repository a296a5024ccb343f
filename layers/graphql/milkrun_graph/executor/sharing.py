"""Requests in flight are shared: who asks what another is asking at this moment gets the same answer."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from milkrun_graph.executor.options import TRACE_HEADERS
from milkrun_graph.executor.transport import GRACE, Listening, SubgraphTimeout, Transport, reads, start

type _Key = tuple[str, bytes, tuple[tuple[str, str], ...], bool]
type _Spoken = list[tuple[str, Sequence[tuple[str, str]]]]


class Sharing:
    """De-duplicates identical queries in flight: same subgraph, same body, same headers but for those that tell
    requests apart (``ignored``).  Mutations never are.

    The first to ask owns the call.  If it is cancelled or times out, the others ask on their own, one of them first.
    """

    def __init__(self, transport: Transport, ignored: Iterable[str] = TRACE_HEADERS) -> None:
        self._fetch = transport.fetch
        self._ignored = frozenset(ignored)
        self._calls: dict[_Key, _Call] = {}

    def fetch(self, graph: str, body: bytes, headers: Mapping[str, str], deadline: float) -> asyncio.Future[bytes]:
        if not reads(body):
            return start(self._fetch, graph, body, headers, deadline)
        told = tuple(sorted(pair for pair in headers.items() if pair[0] not in self._ignored))
        key = (graph, body, told, headers.__class__ is Listening)
        call = self._calls.get(key)
        if call is not None:
            return _Follower(self, call, (graph, body, headers, deadline))
        call = _Call()
        sent = call.listen(headers) if headers.__class__ is Listening else headers
        call.future = future = start(self._fetch, graph, body, sent, deadline)
        self._calls[key] = call

        def ended(_: asyncio.Future[bytes]) -> None:
            del self._calls[key]

        future.add_done_callback(ended)
        return future


class _Call:
    """One call, and the headers that were heard of its answer, for those who come later."""

    __slots__ = ("future", "heard")

    future: asyncio.Future[bytes]

    def __init__(self) -> None:
        self.heard: _Spoken = []

    def listen(self, headers: Listening) -> Listening:
        def hear(graph: str, pairs: Sequence[tuple[str, str]]) -> None:
            self.heard.append((graph, pairs))
            headers.heard(graph, pairs)

        return Listening(headers, hear)


class _Follower(asyncio.Future[bytes]):
    """Waits for another's call; alone in its own cancellation."""

    __slots__ = ("_asked", "_call", "_clock", "_own", "_sharing", "_timer")

    def __init__(self, sharing: Sharing, call: _Call, asked: tuple[str, bytes, Mapping[str, str], float]) -> None:
        loop = asyncio.get_running_loop()
        super().__init__(loop=loop)
        self._sharing, self._call, self._asked, self._clock = sharing, call, asked, loop
        self._own: asyncio.Future[bytes] | None = None
        call.future.add_done_callback(self._ended)
        self._timer = loop.call_at(asked[3] + GRACE, self._expire)

    def cancel(self, msg: Any | None = None) -> bool:
        if self.done():
            return False
        self._timer.cancel()
        self._call.future.remove_done_callback(self._ended)
        if self._own is not None:
            self._own.cancel(msg)
        return super().cancel(msg)

    def _ended(self, shared: asyncio.Future[bytes]) -> None:
        if self.done():
            return
        self._timer.cancel()
        error = None if shared.cancelled() else shared.exception()
        if shared.cancelled() or isinstance(error, SubgraphTimeout):
            self._alone(error)
        elif error is not None:
            self.set_exception(error)
        else:
            headers = self._asked[2]
            if isinstance(headers, Listening):
                for graph, pairs in self._call.heard:
                    headers.heard(graph, pairs)
            self.set_result(shared.result())

    def _expire(self) -> None:
        if not self.done():
            self.set_exception(SubgraphTimeout("the call that is shared takes too long"))

    def _alone(self, error: BaseException | None) -> None:
        if self._clock.time() >= self._asked[3]:
            self.set_exception(error or SubgraphTimeout("the call that was shared was cancelled"))
            return
        self._own = self._sharing.fetch(*self._asked)
        self._own.add_done_callback(self._settle)

    def _settle(self, own: asyncio.Future[bytes]) -> None:
        if self.done():
            return
        if own.cancelled():
            super().cancel()
        elif (error := own.exception()) is not None:
            self.set_exception(error)
        else:
            self.set_result(own.result())
