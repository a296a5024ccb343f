"""`milkrun graph serve` as a process, with subgraphs over HTTP."""

import asyncio
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import orjson
import pytest

from tests.support.serving import ANSWER, MAIN, QUERY, post, start, stop

GRAPHQL = "application/graphql-response+json"


@pytest.fixture
async def address(supergraph: Path) -> AsyncIterator[str]:
    process, found = await start("--supergraph", str(supergraph))
    yield found
    assert await stop(process) == 0


@pytest.fixture
async def client() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as session:
        yield session


async def test_a_query_over_three_subgraphs_is_answered(address: str, client: aiohttp.ClientSession) -> None:
    for _ in range(3):
        assert await post(client, address, {"query": QUERY}) == (200, ANSWER, "application/json")
    assert await post(client, address, {"query": QUERY}, accept=GRAPHQL) == (200, ANSWER, GRAPHQL)


async def test_health_is_answered(address: str, client: aiohttp.ClientSession) -> None:
    async with client.get(f"{address}/health") as response:
        assert response.status == 200


async def test_a_query_may_come_by_get_and_a_mutation_may_not(address: str, client: aiohttp.ClientSession) -> None:
    async with client.get(f"{address}/graphql", params={"query": QUERY, "variables": "{}"}) as response:
        assert await response.json() == ANSWER
    mutation = 'mutation { rename(id: "1", name: "x") { name } }'
    async with client.get(f"{address}/graphql", params={"query": mutation}) as response:
        assert (response.status, response.headers["allow"]) == (405, "POST")


@pytest.mark.parametrize(
    ("body", "headers", "status"),
    [
        (b"{", {}, 400),
        ({"nothing": 1}, {}, 400),
        ({"query": "{"}, {}, 200),
        ({"query": "{"}, {"accept": GRAPHQL}, 400),
        ({"query": "{ nobody }"}, {"accept": f"application/json;q=0.5, {GRAPHQL}"}, 400),
        ({"query": QUERY}, {"accept": "text/html"}, 406),
        ({"query": QUERY}, {"content_type": "text/plain"}, 415),
        ({"query": QUERY}, {"content_type": "application/json; charset=latin1"}, 415),
        (b"x" * (1024 * 1024 + 1), {}, 413),
    ],
)
async def test_a_wrong_request_has_its_status(
    address: str, client: aiohttp.ClientSession, body: Any, headers: dict[str, str], status: int
) -> None:
    found, answer, _ = await post(client, address, body, **headers)
    assert found == status
    assert answer["errors"]


async def talk(address: str, *pieces: bytes) -> bytes:
    """Send bytes as they are, and read until the server closes."""
    host, _, port = address.removeprefix("http://").partition(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    for piece in pieces:
        writer.write(piece)
        await writer.drain()
    found = await asyncio.wait_for(reader.read(), 10)
    writer.close()
    return found


def request(body: bytes, *headers: str) -> bytes:
    lines = ("POST /graphql HTTP/1.1", "Host: x", "Content-Type: application/json", *headers)
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


async def test_requests_in_one_stream_are_answered_in_order(address: str) -> None:
    first, second = b'{"query":"{ a: __typename }"}', orjson.dumps({"query": QUERY})
    stream = b"".join(request(body, f"Content-Length: {len(body)}") for body in (first, second, first))
    last = request(first, f"Content-Length: {len(first)}", "Connection: close")
    found = await talk(address, stream[:50], stream[50:] + last)
    assert found.count(b"HTTP/1.1 200 OK") == 4
    assert found.find(b'"a"') < found.find(b"Ann") < found.rfind(b'"a"')


async def test_a_body_may_come_in_chunks(address: str) -> None:
    body = b'{"query":"{ __typename }"}'
    chunks = b"".join(b"1\r\n%c\r\n" % byte for byte in body) + b"0\r\n\r\n"
    found = await talk(address, request(chunks, "Transfer-Encoding: chunked", "Connection: close"))
    assert b'{"data":{"__typename":"Query"}}' in found


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        (b"nonsense\r\n\r\n", b"400"),
        (b"GET / HTTP/2.0\r\n\r\n", b"400"),
        (b"GET /health HTTP/1.1\r\n folded: x\r\n\r\n", b"400"),
        (b"GET /health HTTP/1.1\r\nno colon\r\n\r\n", b"400"),
        (b"GET /health HTTP/1.1\r\nx: a\nauthorization: b\r\n\r\n", b"400"),
        (b"x" * 40_000, b"431"),
        (request(b"", "Content-Length: -1"), b"400"),
        (request(b"", "Content-Length: 5", "Transfer-Encoding: chunked"), b"400"),
        (request(b"zz\r\n", "Transfer-Encoding: chunked"), b"400"),
        (b"GET /nowhere HTTP/1.0\r\n\r\n", b"404"),
        (b"DELETE /graphql HTTP/1.0\r\n\r\n", b"405"),
    ],
)
async def test_what_is_not_http_is_refused_and_the_connection_ends(address: str, sent: bytes, status: bytes) -> None:
    assert (await talk(address, sent)).startswith(b"HTTP/1.1 " + status)


async def test_a_supergraph_that_cannot_be_read_ends_the_command(tmp_path: Path) -> None:
    file = tmp_path / "wrong.graphql"
    file.write_text("type Query { a: Int }")
    for path, code in ((file, 2), (tmp_path / "missing", 1)):
        command = [sys.executable, "-c", MAIN, "graph", "serve", "--supergraph", str(path)]
        process = await asyncio.create_subprocess_exec(*command, stderr=asyncio.subprocess.PIPE)
        _, said = await asyncio.wait_for(process.communicate(), 30)
        assert process.returncode == code
        assert said.startswith(b"error: ")
        assert b"Traceback" not in said


async def test_a_second_start_knows_what_the_first_one_learned(
    supergraph: Path, tmp_path: Path, client: aiohttp.ClientSession
) -> None:
    cache = tmp_path / "cache"
    for _ in range(2):
        process, address = await start("--supergraph", str(supergraph), "--cache", str(cache))
        assert await post(client, address, {"query": QUERY}) == (200, ANSWER, "application/json")
        assert await stop(process) == 0
    assert cache.stat().st_size > 0
    cache.write_bytes(b"damaged")
    process, address = await start("--supergraph", str(supergraph), "--cache", str(cache))
    assert (await post(client, address, {"query": QUERY}))[1] == ANSWER
    assert await stop(process) == 0
