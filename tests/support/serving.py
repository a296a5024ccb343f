"""`milkrun graph serve` as a process, subgraphs behind HTTP for it, and a client."""

import asyncio
import io
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp
import orjson
from aiohttp import web

from tests.support.gateways import SUPERGRAPH, ratings, titles

MAIN = "from milkrun.cli import main; main()"
PEOPLE = {"data": {"people": [{"name": "Ann", "knownFor": [{"__typename": "Title", "id": "t1"}]}]}}
QUERY = "{ people { name knownFor { name stars } } }"
ANSWER = {"data": {"people": [{"name": "Ann", "knownFor": [{"name": "name of t1", "stars": 4.5}]}]}}


async def _subgraph(request: web.Request) -> web.Response:
    sent = orjson.loads(await request.read())
    answer = {"people": lambda _: PEOPLE, "titles": titles, "ratings": ratings}[request.match_info["graph"]](sent)
    return web.Response(body=orjson.dumps(answer), content_type="application/json")


@asynccontextmanager
async def subgraphs(folder: Path) -> AsyncIterator[Path]:
    """A supergraph file whose subgraphs are there."""
    app = web.Application()
    app.router.add_post("/{graph}", _subgraph)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    port = runner.addresses[0][1]
    file = folder / "supergraph.graphql"
    file.write_text(SUPERGRAPH.replace("http://127.0.0.1:1/", f"http://127.0.0.1:{port}/"))
    yield file
    await runner.cleanup()


async def start(*arguments: str) -> tuple[asyncio.subprocess.Process, str]:
    """The process and the address that it prints."""
    command = [sys.executable, "-c", MAIN, "graph", "serve", "--port", "0", *arguments]
    process = await asyncio.create_subprocess_exec(*command, stderr=asyncio.subprocess.PIPE)
    assert process.stderr is not None
    line = (await asyncio.wait_for(process.stderr.readline(), 30)).decode()
    assert line.startswith("milkrun graph: http://"), line
    return process, line.removeprefix("milkrun graph: ").strip().removesuffix("/graphql")


async def stop(process: asyncio.subprocess.Process) -> int:
    process.send_signal(signal.SIGTERM)
    return await asyncio.wait_for(process.wait(), 10)


async def post(client: aiohttp.ClientSession, address: str, body: Any, **headers: str) -> tuple[int, Any, str]:
    data = io.BytesIO(body if isinstance(body, bytes) else orjson.dumps(body))
    headers = {"content-type": "application/json"} | {name.replace("_", "-"): value for name, value in headers.items()}
    async with client.post(f"{address}/graphql", data=data, headers=headers) as response:
        return response.status, orjson.loads(await response.read()), response.content_type
