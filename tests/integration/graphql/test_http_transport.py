"""Subgraphs over real sockets: framing, kept connections, and everything that can go wrong on the way."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import pytest
from milkrun_graph.executor.http import HttpTransport
from milkrun_graph.executor.transport import (
    SubgraphDisconnected,
    SubgraphFailed,
    SubgraphStatus,
    SubgraphTimeout,
    SubgraphUnreachable,
)

BODY = b'{"data":{}}'
COUNTED = b"HTTP/1.1 200 OK\r\nContent-Length: 11\r\n\r\n" + BODY
CHUNKED = (
    b'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4;x=1\r\n{"da\r\n7\r\nta":{}}\r\n0\r\nTrailer: x\r\n\r\n'
)

type Speak = Callable[[asyncio.StreamWriter], None]


class Server:
    """Answers each request with the next of its answers; None closes the connection."""

    def __init__(self, answers: list[list[bytes] | None]) -> None:
        self.answers, self.connections, self.requests = answers, 0, list[bytes]()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        try:
            while self.answers:
                head = await reader.readuntil(b"\r\n\r\n")
                length = int(head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0])
                self.requests.append(head + await reader.readexactly(length))
                answer = self.answers.pop(0)
                if answer is None:
                    break
                for piece in answer:
                    writer.write(piece)
                    await writer.drain()
                    await asyncio.sleep(0)
        except asyncio.IncompleteReadError:
            pass
        finally:
            writer.close()


@asynccontextmanager
async def subgraph(*answers: list[bytes] | None) -> AsyncIterator[tuple[HttpTransport, Server]]:
    server = Server(list(answers))
    listening = await asyncio.start_server(server.serve, "127.0.0.1", 0)
    transport = HttpTransport()
    transport.add("one", f"http://127.0.0.1:{listening.sockets[0].getsockname()[1]}/graphql?x=1")
    try:
        yield transport, server
    finally:
        transport.close()
        listening.close()


async def fetch(transport: HttpTransport, seconds: float = 5.0) -> bytes:
    deadline = asyncio.get_running_loop().time() + seconds
    return await asyncio.wait_for(transport.fetch("one", b"{}", {"x-request-id": "7"}, deadline), 10)


@pytest.mark.parametrize(
    "pieces",
    [
        [COUNTED],
        [COUNTED[:9], COUNTED[9:40], COUNTED[40:]],
        [bytes([byte]) for byte in CHUNKED],
        [CHUNKED],
        [b"HTTP/1.1 100 Continue\r\n\r\n" + COUNTED],
        [b"HTTP/1.0 200 OK\r\n\r\n" + BODY],
    ],
)
async def test_an_answer_is_read_however_it_is_framed(pieces: list[bytes]) -> None:
    async with subgraph(pieces) as (transport, server):
        server.answers.append(None)
        if b"HTTP/1.0" in pieces[0]:
            server.answers.clear()
            server.answers = [pieces]
        assert await fetch(transport) == BODY
        assert server.requests[0].startswith(b"POST /graphql?x=1 HTTP/1.1\r\nhost: 127.0.0.1:")
        assert b"x-request-id: 7\r\n" in server.requests[0]


async def test_a_connection_is_used_again() -> None:
    async with subgraph([COUNTED], [CHUNKED], [COUNTED], None) as (transport, server):
        assert [await fetch(transport) for _ in range(3)] == [BODY] * 3
        assert server.connections == 1


async def test_calls_at_once_have_connections_of_their_own() -> None:
    async with subgraph([COUNTED], [COUNTED], None, None) as (transport, server):
        assert list(await asyncio.gather(fetch(transport), fetch(transport))) == [BODY, BODY]
        assert server.connections == 2


async def test_a_kept_connection_that_closes_says_that_asking_again_is_safe() -> None:
    async with subgraph([COUNTED], None, [COUNTED], None) as (transport, _):
        await fetch(transport)
        with pytest.raises(SubgraphDisconnected):
            await fetch(transport)
        assert await fetch(transport) == BODY


@pytest.mark.parametrize(
    "answer",
    [
        [COUNTED[:-1]],
        [b"SSH-2.0-x\r\n\r\n"],
        [b"HTTP/1.1 abc\r\n\r\n"],
        [b"HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n"],
        [b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"],
        [b"HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\n"],
        [b"HTTP/1.1 200 OK\r\nX: " + b"y" * 70_000],
    ],
)
async def test_what_is_not_a_whole_answer_is_a_failure(answer: list[bytes]) -> None:
    async with subgraph(answer) as (transport, _):
        with pytest.raises(SubgraphFailed):
            await fetch(transport)


async def test_a_status_of_failure_comes_with_its_body() -> None:
    async with subgraph([COUNTED.replace(b"200 OK", b"503 No")]) as (transport, _):
        with pytest.raises(SubgraphStatus) as failed:
            await fetch(transport)
        assert (failed.value.status, failed.value.body) == (503, BODY)


async def test_silence_ends_at_the_deadline() -> None:
    async with subgraph([b""], None) as (transport, _):
        with pytest.raises(SubgraphTimeout):
            await fetch(transport, 0.05)


async def test_nobody_listening_is_unreachable() -> None:
    transport = HttpTransport()
    transport.add("one", "http://127.0.0.1:1/")
    with pytest.raises(SubgraphUnreachable):
        await fetch(transport)
    with pytest.raises(SubgraphUnreachable):
        await transport.fetch("another", b"{}", {}, 1e9)


def test_an_address_must_be_http() -> None:
    with pytest.raises(ValueError, match="not an http address"):
        HttpTransport().add("one", "ftp://x")
