"""One client connection: HTTP/1.1 (RFC 9112), kept alive, one request at a time, pipelined ones in order."""

from __future__ import annotations

import asyncio
import logging

from milkrun_graph.executor.connections import read_modestly, unchunk
from milkrun_graph.serve.protocol import Answer, too_large
from milkrun_graph.serve.service import Service, failed, not_http

log = logging.getLogger("milkrun_graph")

MAX_HEAD = 32_768
IDLE_SECONDS = 75.0
# A request must have arrived completely after this long.
SLOW_SECONDS = 30.0
LINGER_SECONDS = 1.0


class Refused(Exception):
    """The bytes are answered with an error, and the connection ends."""

    def __init__(self, answer: Answer) -> None:
        super().__init__(answer.status)
        self.answer = answer


class Connection(asyncio.Protocol):
    """Parses requests and writes answers."""

    SWEEP_SECONDS = 10.0

    transport: asyncio.Transport

    def __init__(self, service: Service, connections: set[Connection]) -> None:
        self._service, self._connections = service, connections
        self._loop = asyncio.get_running_loop()
        self._buffer: bytes | bytearray = b""
        self._head: Head | None = None
        self._task: asyncio.Task[None] | None = None
        self._since = self._loop.time()
        self._last = False
        self._lingers = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport  # type: ignore[assignment]  # loop.create_server gives a byte stream
        read_modestly(transport)
        self._connections.add(self)

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - why does not matter
        self._connections.discard(self)
        if self._task is not None:
            self._task.cancel()

    def _refuse(self, answer: Answer) -> None:
        """Answer, and read on for a while: closing at once would lose the answer for a client that still sends."""
        self._last = self._lingers = True
        self._buffer = b""
        self._write(answer)
        self.transport.write_eof()
        self._loop.call_later(LINGER_SECONDS, self.transport.abort)

    def data_received(self, data: bytes) -> None:
        if self._lingers:
            return
        if self._buffer:
            if isinstance(self._buffer, bytes):
                self._buffer = bytearray(self._buffer)
            self._buffer += data
        else:
            self._since = self._loop.time()
            self._buffer = data
        if self._task is None:
            self._next()
        elif len(self._buffer) > self._service.max_body + MAX_HEAD:
            self.transport.pause_reading()

    def _next(self) -> None:
        """Start the next request if all of it is there."""
        try:
            request = self._complete_request()
        except Refused as refused:
            self._refuse(refused.answer)
            return
        if request is not None:
            head, body = request
            self._task = asyncio.Task(self._answer(head, body), loop=self._loop, eager_start=True)
            if self._task.done():
                self._task = None

    def _complete_request(self) -> tuple[Head, bytes] | None:
        if self._head is None:
            self._head = read_head(self._buffer)
            if self._head is None:
                return None
            if self._head.expects:
                self.transport.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        head = self._head
        found = self._chunked(head) if head.chunked else self._counted(head)
        if found is None:
            return None
        self._buffer = bytes(self._buffer[found[1] :])
        self._head = None
        return head, found[0]

    def _counted(self, head: Head) -> tuple[bytes, int] | None:
        if head.length > self._service.max_body:
            raise Refused(too_large(self._service.max_body))
        end = head.start + head.length
        return (bytes(self._buffer[head.start : end]), end) if len(self._buffer) >= end else None

    def _chunked(self, head: Head) -> tuple[bytes, int] | None:
        limit = self._service.max_body
        if len(self._buffer) > head.start + 2 * limit:
            raise Refused(too_large(limit))
        try:
            found = unchunk(self._buffer, head.start)
        except ValueError:
            raise Refused(not_http("the chunks are malformed")) from None
        if found is not None and len(found[0]) > limit:
            raise Refused(too_large(limit))
        return found

    async def _answer(self, head: Head, body: bytes) -> None:
        try:
            answer = await self._service.answer(head.method, head.target, head.headers, body)
        except Exception:
            log.exception("a request failed")
            answer = failed()
        self._last = self._last or not head.keeps
        self._since = self._loop.time()
        self._write(answer, head.method == "HEAD")
        if self._task is not None:  # the start was not eager to the end
            self._task = None
            self.transport.resume_reading()
            if self._buffer and not self._last:
                self._next()
        elif self._buffer and not self._last:
            self._loop.call_soon(self._resume)

    def _resume(self) -> None:
        if self._task is None and self._buffer and not self._last:
            self._next()

    def _write(self, answer: Answer, head_only: bool = False) -> None:
        head = b"HTTP/1.1 %d %b\r\ncontent-type: %b\r\ncontent-length: %d\r\n" % (
            answer.status,
            _PHRASES[answer.status],
            answer.media,
            len(answer.body),
        )
        if answer.allow:
            head += b"allow: %b\r\n" % answer.allow
        if answer.headers:
            head += "".join(f"{name}: {value}\r\n" for name, value in answer.headers).encode("latin-1", "replace")
        if self._last:
            head += b"connection: close\r\n"
        self.transport.write(head + b"\r\n" + (b"" if head_only else answer.body))
        if self._last and not self._lingers:
            self.transport.close()

    def sweep(self) -> None:
        """End a connection that has been idle, or has been sending one request, for too long."""
        quiet = self._loop.time() - self._since
        if self._task is None and quiet > (SLOW_SECONDS if self._buffer else IDLE_SECONDS):
            self.transport.abort()

    def finish(self) -> None:
        """Answer what is under way, and nothing more."""
        self._last = True
        if self._task is None:
            self.transport.close()

    def abort(self) -> None:
        self.transport.abort()


_PHRASES = {
    200: b"OK",
    204: b"No Content",
    400: b"Bad Request",
    404: b"Not Found",
    405: b"Method Not Allowed",
    406: b"Not Acceptable",
    413: b"Content Too Large",
    415: b"Unsupported Media Type",
    431: b"Request Header Fields Too Large",
    500: b"Internal Server Error",
}


# A lone line feed in a value would be the end of the line for whoever it is passed on to.
_CONTROL = frozenset("\r\n\0")


class Head:
    """A request line and headers; of a repeated header the values are joined."""

    __slots__ = ("chunked", "expects", "headers", "keeps", "length", "method", "start", "target")

    def __init__(self, method: str, target: str, version: str, headers: dict[str, str], start: int) -> None:
        self.method, self.target, self.headers, self.start = method, target, headers, start
        option = headers.get("connection", "").lower()
        self.keeps = "close" not in option if version == "HTTP/1.1" else "keep-alive" in option
        self.expects = headers.get("expect", "").lower() == "100-continue"
        coding = headers.get("transfer-encoding")
        self.chunked = coding is not None
        if coding is not None and (coding.lower() != "chunked" or "content-length" in headers):
            raise Refused(not_http("unknown framing"))
        length = headers.get("content-length", "0")
        if not (length.isascii() and length.isdigit()):
            raise Refused(not_http("content-length is no number"))
        self.length = int(length)


def read_head(buffer: bytes | bytearray) -> Head | None:
    """The head of the next request, or None while it is not complete.  Raises Refused."""
    end = buffer.find(b"\r\n\r\n")
    if end < 0:
        if len(buffer) > MAX_HEAD:
            raise Refused(not_http("the head is too long", 431))
        return None
    first, *lines = bytes(buffer[:end]).decode("latin-1").split("\r\n")
    words = first.split(" ")
    if len(words) != 3 or words[2] not in ("HTTP/1.1", "HTTP/1.0"):  # noqa: PLR2004 - method, target, version
        raise Refused(not_http("not an HTTP/1.1 request"))
    headers: dict[str, str] = {}
    for line in lines:
        name, colon, value = line.partition(":")
        if not colon or not _CONTROL.isdisjoint(line) or not name or name[-1] in " \t" or name[0] in " \t":
            raise Refused(not_http("a header is malformed"))
        name = name.lower()
        headers[name] = f"{headers[name]}, {value.strip()}" if name in headers else value.strip()
    return Head(words[0], words[1], words[2], headers, end + 4)
