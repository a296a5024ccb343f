"""Kept HTTP/1.1 connections (RFC 9112), one call per connection at a time.

Standard library only: a general client costs several times what the rest of a request costs here.
"""

from __future__ import annotations

import asyncio
import ssl
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from functools import cache

from milkrun_graph.executor.transport import (
    SubgraphDisconnected,
    SubgraphFailed,
    SubgraphStatus,
    SubgraphTimeout,
    SubgraphUnreachable,
)

MAX_CONNECTIONS = 256
MAX_HEAD = 65_536
MAX_PIECE = 65_536
MAX_ANSWER = 64 * 1024 * 1024
_NO_CONTENT = (204, 304)
_OK = range(200, 300)

type Reader = Callable[[int, bytes, bytes], bytes]
"""From status, head and body to what the answer is.  Raises SubgraphFailed.  Without one, 2xx is the body."""


class Origins:
    """Connections to every origin that was asked for."""

    def __init__(self) -> None:
        self._origins: dict[tuple[str, str, int], Origin] = {}

    def at(self, scheme: str, host: str, port: int | None) -> Origin:
        """The origin, made when it is first asked for.  Raises ValueError for another scheme than http and https."""
        if scheme not in ("http", "https") or not host:
            raise ValueError(f"not an http address: {scheme}://{host}")
        key = (scheme, host, port or (443 if scheme == "https" else 80))
        if key not in self._origins:
            self._origins[key] = Origin(host, key[2], scheme == "https")
        return self._origins[key]

    def close(self) -> None:
        for origin in self._origins.values():
            origin.close()


@cache
def _trust() -> ssl.SSLContext:
    """Reading the authorities takes tens of milliseconds, and they are the same for every origin."""
    return ssl.create_default_context()


class _Call:
    """A request on its way: its bytes, its answer and its timer."""

    __slots__ = ("answer", "message", "read", "timer")

    def __init__(self, message: bytes, answer: asyncio.Future[bytes], read: Reader | None) -> None:
        self.message = message
        self.answer = answer
        self.read = read
        self.timer: asyncio.TimerHandle | None = None

    def fail(self, error: SubgraphFailed) -> None:
        if self.timer is not None:
            self.timer.cancel()
        if not self.answer.done():
            self.answer.set_exception(error)


class Origin:
    """The connections to one host and port."""

    def __init__(self, host: str, port: int, tls: bool) -> None:
        self._host, self._port = host, port
        self._context = _trust() if tls else None
        self._idle: list[_Connection] = []
        self._waiting: deque[_Call] = deque()
        self._opening: set[asyncio.Task[None]] = set()
        self._open = 0

    def call(self, message: bytes, deadline: float, read: Reader | None = None) -> asyncio.Future[bytes]:
        """Send a whole request.  ``deadline`` is a time of the running loop's clock."""
        loop = asyncio.get_running_loop()
        call = _Call(message, loop.create_future(), read)
        connection = None
        while self._idle and connection is None:
            connection = self._idle.pop()
            if connection.transport.is_closing():
                connection = None
        if connection is not None:
            connection.send(call)
        else:
            self._waiting.append(call)
            self._open_more(loop)
        call.timer = loop.call_at(deadline, self._expire, call, connection)
        return call.answer

    def _open_more(self, loop: asyncio.AbstractEventLoop) -> None:
        if self._open < MAX_CONNECTIONS:
            self._open += 1
            task = loop.create_task(self._connect(loop))
            self._opening.add(task)
            task.add_done_callback(self._opening.discard)

    async def _connect(self, loop: asyncio.AbstractEventLoop) -> None:
        try:
            await loop.create_connection(lambda: _Connection(self), self._host, self._port, ssl=self._context)
        except OSError as error:
            self._open -= 1
            if self._waiting:
                self._waiting.popleft().fail(SubgraphUnreachable(f"{self._host}:{self._port}: {error}"))
            if self._waiting:
                self._open_more(loop)

    @staticmethod
    def _expire(call: _Call, connection: _Connection | None) -> None:
        call.fail(SubgraphTimeout("no answer before the deadline"))
        if connection is not None and connection.call is call:
            connection.transport.abort()

    def free(self, connection: _Connection) -> None:
        """A connection can take the next call."""
        while self._waiting:
            call = self._waiting.popleft()
            if not call.answer.done():
                connection.send(call)
                return
        self._idle.append(connection)

    def lost(self, connection: _Connection) -> None:
        self._open -= 1
        if connection in self._idle:
            self._idle.remove(connection)
        if self._waiting:
            self._open_more(asyncio.get_running_loop())

    def close(self) -> None:
        for task in self._opening:
            task.cancel()
        for connection in self._idle:
            connection.transport.abort()


class _Connection(asyncio.Protocol):
    """Sends one request at a time and reads its answer: by length, in chunks, or until the end."""

    transport: asyncio.Transport

    def __init__(self, origin: Origin) -> None:
        self._origin = origin
        self.call: _Call | None = None
        self._used = False
        self._reset()

    def _reset(self) -> None:
        self._buffer: bytes | bytearray = b""
        self._head: _Head | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport  # type: ignore[assignment]  # loop.create_connection gives a byte stream
        read_modestly(transport)
        self._origin.free(self)

    def send(self, call: _Call) -> None:
        self.call = call
        self.transport.write(call.message)

    def data_received(self, data: bytes) -> None:
        if self.call is None:
            self.transport.abort()  # bytes that nobody asked for: the next answer could not be told from them
            return
        if self._buffer:  # most answers come in one piece; longer ones in something that grows
            if isinstance(self._buffer, bytes):
                self._buffer = bytearray(self._buffer)
            self._buffer += data
        else:
            self._buffer = data
        try:
            self._advance(self.call)
        except ValueError as error:
            self._give_up(SubgraphUnreachable(f"not HTTP: {error}"))

    def _advance(self, call: _Call) -> None:
        if self._head is None:
            self._head = _read_head(self._buffer)
            if self._head is None:
                return
        head = self._head
        if head.length is not None:
            end = head.start + head.length
            if len(self._buffer) >= end:
                self._finish(call, head, bytes(self._buffer[head.start : end]))
        elif head.chunked and (body := unchunk(self._buffer, head.start)) is not None:
            self._finish(call, head, body[0])
        elif len(self._buffer) > MAX_ANSWER:
            raise ValueError("the answer is too long")

    def _finish(self, call: _Call, head: _Head, body: bytes) -> None:
        lines = bytes(self._buffer[head.at : head.start]) if call.read is not None else b""
        self.call, self._used = None, True
        self._reset()
        if call.timer is not None:
            call.timer.cancel()
        if not call.answer.done():
            if call.read is not None:
                _settle(call.answer, call.read, head.status, lines, body)
            elif head.status in _OK:
                call.answer.set_result(body)
            else:
                call.answer.set_exception(SubgraphStatus(head.status, body))
        if head.closes:
            self.transport.close()
        else:
            self._origin.free(self)

    def _give_up(self, error: SubgraphFailed) -> None:
        if self.call is not None:
            self.call.fail(error)
            self.call = None
        self.transport.abort()

    def connection_lost(self, exc: Exception | None) -> None:
        call, head = self.call, self._head
        if call is not None:
            if head is not None and head.length is None and not head.chunked and exc is None:
                self._finish(call, head, bytes(self._buffer[head.start :]))
            else:
                fresh = self._used and not self._buffer
                kind = SubgraphDisconnected if fresh else SubgraphUnreachable
                call.fail(kind("the connection closed"))
            self.call = None
        self._origin.lost(self)


async def notice_closed() -> None:
    """Let the loop see which kept connections were closed while it stood still, as a frozen function's does.

    Await it before a request that may change something, because such a one is not sent again.
    """
    for _ in range(2):  # the first turn queues what the sockets have, behind this; the second comes after it
        await asyncio.sleep(0)


def read_modestly(transport: asyncio.BaseTransport) -> None:
    """Let the loop read pieces that the heap has room for.

    Asyncio's own 256 KiB are beyond what malloc keeps: every read would map pages and give them back, which costs more
    than anything else of a small request.
    """
    with suppress(AttributeError):  # it is the selector loop's; others may not have it
        transport.max_size = MAX_PIECE  # type: ignore[attr-defined]


def _settle(answer: asyncio.Future[bytes], read: Reader, status: int, lines: bytes, body: bytes) -> None:
    try:
        found = read(status, lines, body)
    except SubgraphFailed as error:
        answer.set_exception(error)
    else:
        answer.set_result(found)


@dataclass(frozen=True, slots=True)
class _Head:
    """``at`` and ``start`` are where the head and the body begin."""

    status: int
    at: int
    start: int
    length: int | None
    chunked: bool
    closes: bool


def _read_head(buffer: bytes | bytearray) -> _Head | None:
    """Status and framing (RFC 9112 §6.3), or None while the head is not complete.  Raises ValueError."""
    at = 0
    while True:
        end = buffer.find(b"\r\n\r\n", at)
        if end < 0:
            if len(buffer) - at > MAX_HEAD:
                raise ValueError("the head is too long")
            return None
        head = bytes(buffer[at:end]).lower()
        if not head.startswith(b"http/1."):
            raise ValueError("no HTTP/1 status line")
        status = int(head[9:12])
        if status >= 200:  # noqa: PLR2004 - 1xx answers precede the one that counts
            break
        at = end + 4
    chunked = b"chunked" in find_header(head, b"\r\ntransfer-encoding:")
    length = _length(head, status) if not chunked else None
    option = find_header(head, b"\r\nconnection:")
    closes = (
        b"close" in option or (length is None and not chunked) or (head[7:8] == b"0" and b"keep-alive" not in option)
    )
    return _Head(status, at, end + 4, length, chunked, closes)


def _length(head: bytes, status: int) -> int | None:
    if status in _NO_CONTENT:
        return 0
    value = find_header(head, b"\r\ncontent-length:").strip()
    if not value:
        return None
    if not value.isdigit() or int(value) > MAX_ANSWER:
        raise ValueError("content-length")
    return int(value)


def find_header(head: bytes, name: bytes) -> bytes:
    """The value of a header in a head of lower case; ``name`` is the end of the line before, the name and a colon."""
    at = head.find(name)
    if at < 0:
        return b""
    end = head.find(b"\r\n", at + len(name))
    return head[at + len(name) : end if end >= 0 else len(head)]


def unchunk(buffer: bytes | bytearray, at: int) -> tuple[bytes, int] | None:
    """A chunked body (RFC 9112 §7.1) and where it ends, or None while it is not complete.  Raises ValueError."""
    parts: list[bytes] = []
    while True:
        line = buffer.find(b"\r\n", at)
        if line < 0:
            return None
        size = int(buffer[at:line].partition(b";")[0], 16)
        if size < 0 or size > MAX_ANSWER:
            raise ValueError("chunk size")
        if size == 0:
            break
        if len(buffer) < line + 4 + size:
            return None
        parts.append(bytes(buffer[line + 2 : line + 2 + size]))
        at = line + 4 + size
    while (end := buffer.find(b"\r\n", line + 2)) >= 0:
        if end == line + 2:
            return b"".join(parts), end + 2
        line = end
    return None
