"""Calls to AWS over real sockets: what is sent, and what becomes of connections that break."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import pytest
from gateway.calls import Calls, Endpoint, SignedCalls
from gateway.domain.errors import AwsRefused
from milkrun_graph.executor.sigv4 import Credentials

type Answering = Callable[[int, bytes, asyncio.StreamWriter], Awaitable[None]]


@asynccontextmanager
async def server(answering: Answering) -> AsyncIterator[str]:
    """A server that is told the number of each request, its head and body; its address."""
    seen = 0

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal seen
        while True:
            try:
                head = await reader.readuntil(b"\r\n\r\n")
            except (asyncio.IncompleteReadError, ConnectionError):
                break
            length = int(head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0])
            body = await reader.readexactly(length)
            seen += 1
            await answering(seen, head + body, writer)
        writer.close()

    listening = await asyncio.start_server(serve, "127.0.0.1", 0)
    try:
        yield f"http://127.0.0.1:{listening.sockets[0].getsockname()[1]}"
    finally:
        listening.close()


async def ok(number: int, _: bytes, writer: asyncio.StreamWriter) -> None:
    writer.write(b'HTTP/1.1 200 OK\r\nETag: "A%d"\r\ncontent-length: 2\r\n\r\nok' % number)


async def test_a_call_is_signed_and_keeps_its_connection() -> None:
    heads: list[bytes] = []

    async def keep(number: int, sent: bytes, writer: asyncio.StreamWriter) -> None:
        heads.append(sent)
        await ok(number, sent, writer)

    async with server(keep) as url:
        calls = SignedCalls(Endpoint("s3", "us-east-1", url), Credentials("AKID", "secret", "token"))
        replies = [await calls.call("GET", "/bucket/key", 5, {"if-none-match": '"A0"'}) for _ in range(2)]
        calls.close()
    assert [(one.status, one.etag(), one.body) for one in replies] == [(200, '"A1"', b"ok"), (200, '"A2"', b"ok")]
    assert heads[0].startswith(b"GET /bucket/key HTTP/1.1\r\n")
    for wanted in (
        b"Credential=AKID/",
        b"/us-east-1/s3/aws4_request",
        b"x-amz-security-token: token",
        b"x-amz-content-sha256: e3b0c442",
    ):
        assert wanted in heads[0]


async def test_a_connection_that_closed_while_nothing_was_asked_is_no_failure() -> None:
    async def close_after(number: int, sent: bytes, writer: asyncio.StreamWriter) -> None:
        if number == 2:
            writer.transport.abort()
        else:
            await ok(number, sent, writer)

    async with server(close_after) as url:
        calls = Calls("s3", url)
        replies = [await calls.call("GET", "/", 5) for _ in range(2)]
        calls.close()
    assert [one.status for one in replies] == [200, 200]


async def test_an_answer_that_does_not_come_is_refused_in_time() -> None:
    async def never(_: int, __: bytes, ___: asyncio.StreamWriter) -> None:
        await asyncio.sleep(0)

    async with server(never) as url:
        calls = Calls("s3", url)
        clock = asyncio.get_running_loop().time
        began = clock()
        with pytest.raises(AwsRefused, match="s3 did not answer"):
            await calls.call("GET", "/", 0.2)
        assert clock() - began < 2
        calls.close()


async def test_nobody_there_is_refused() -> None:
    async with server(ok) as url:
        pass
    with pytest.raises(AwsRefused, match="s3 did not answer"):
        await Calls("s3", url).call("GET", "/", 2)
