"""Starts a gateway over one supergraph file and runs it until SIGTERM or SIGINT."""

from __future__ import annotations

import argparse
import asyncio
import gc
import os
import signal
import sys
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

import orjson

from milkrun_graph.errors import GraphError
from milkrun_graph.executor import Gateway, Limits, Options
from milkrun_graph.executor.artefact import Artefact, dump, load
from milkrun_graph.executor.http import HttpTransport
from milkrun_graph.executor.invocation import SCHEME, LambdaAccess, LambdaTransport
from milkrun_graph.executor.options import TRACE_HEADERS
from milkrun_graph.executor.persisted import Documents
from milkrun_graph.executor.resilience import Breaking, Retrying
from milkrun_graph.executor.sharing import Sharing
from milkrun_graph.executor.transports import Carrier, Transports
from milkrun_graph.serve.connection import Connection
from milkrun_graph.serve.logs import log_to_stderr
from milkrun_graph.serve.protocol import Cors, HttpOptions
from milkrun_graph.serve.service import Service

# Answers that are under way when SIGTERM comes get this long.
GRACE_SECONDS = 5.0
# Collections of young objects are rare: a request's objects are no cycles and go by counting.
GC_THRESHOLD = 50_000


def run(argv: list[str]) -> None:
    """Serve until a signal.  Exits with 2 when the supergraph or an option is wrong, 1 when the port is taken."""
    arguments = _arguments(argv)
    log_to_stderr()
    try:
        asyncio.run(_serve(arguments))
    except GraphError as error:
        _exit(f"{arguments.supergraph}: {error}", 2)
    except ValueError as error:
        _exit(str(error), 2)
    except OSError as error:
        _exit(str(error), 1)


def _exit(message: str, code: int) -> None:
    sys.stderr.write(f"error: {message}\n")
    sys.exit(code)


def _arguments(argv: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="milkrun graph serve", description="Answer GraphQL over HTTP: POST and GET /graphql, GET /health."
    )
    parser.add_argument("--supergraph", type=Path, required=True, help="the composed supergraph (SDL)")
    parser.add_argument("--port", type=int, default=4000, help="0: any free port, which is printed")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--timeout", type=float, default=10.0, help="seconds that a subgraph has for an answer")
    parser.add_argument("--no-introspection", action="store_true")
    parser.add_argument(
        "--mask-errors", action="store_true", help="keep the messages of subgraphs' errors from clients"
    )
    parser.add_argument("--max-cost", type=int, help="refuse operations of a higher cost (@cost, @listSize)")
    parser.add_argument(
        "--forward-header",
        action="append",
        default=[],
        metavar="NAME",
        help="pass a header on to subgraphs (repeatable)",
    )
    parser.add_argument(
        "--allow-origin", action="append", default=[], metavar="ORIGIN", help="let pages of this site ask (repeatable)"
    )
    parser.add_argument(
        "--documents", type=Path, help="run nothing but these: a JSON object of documents by name (SHA-256 or your own)"
    )
    parser.add_argument(
        "--resilient", action="store_true", help="retry queries, leave failing subgraphs alone, share equal requests"
    )
    parser.add_argument("--cache", type=Path, help="a file that keeps tables and plans from one start to the next")
    return parser.parse_args(argv)


async def _serve(arguments: argparse.Namespace) -> None:
    options = Options(
        limits=Limits(cost=arguments.max_cost),
        introspection=not arguments.no_introspection,
        forward_headers=(*TRACE_HEADERS, *(name.lower() for name in arguments.forward_header)),
        subgraph_seconds=arguments.timeout,
        subgraph_errors=not arguments.mask_errors,
    )
    transports = Transports(_carriers())
    text = arguments.supergraph.read_text("utf-8")
    transport = Sharing(Retrying(Breaking(transports))) if arguments.resilient else transports
    known = _known(arguments.cache, text)
    gateway = Gateway(text, transport, options, known, documents=_documents(arguments))
    for graph in gateway.tables.graphs.values():
        transports.add(graph.name, graph.url)
    cors = Cors(frozenset(arguments.allow_origin)) if arguments.allow_origin else None
    service = Service(gateway, options, HttpOptions(cors))
    loop = asyncio.get_running_loop()
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    connections: set[Connection] = set()
    server = await loop.create_server(lambda: Connection(service, connections), arguments.host, arguments.port)
    port = server.sockets[0].getsockname()[1]
    sys.stderr.write(f"milkrun graph: http://{arguments.host}:{port}/graphql\n")
    gc.freeze()
    gc.set_threshold(GC_THRESHOLD, 20, 100)
    gc.enable()
    await _until(stop, connections)
    server.close()
    await _drain(connections)
    transports.close()
    if arguments.cache is not None:
        arguments.cache.write_bytes(dump(gateway.artefact()))


def _carriers() -> Mapping[str, Carrier]:
    """HTTP, and functions where the environment says who would invoke them."""
    http = HttpTransport()
    carriers: dict[str, Carrier] = {"http": http, "https": http}
    with suppress(ValueError):
        carriers[SCHEME] = LambdaTransport(LambdaAccess.from_environment(os.environ))
    return carriers


def _documents(arguments: argparse.Namespace) -> Documents:
    """Raises ValueError for a file that is no list."""
    if arguments.documents is None:
        return Documents()
    listed = orjson.loads(arguments.documents.read_bytes())
    if not isinstance(listed, dict) or not all(isinstance(text, str) for text in listed.values()):
        raise ValueError(f"{arguments.documents}: write an object of texts by name")
    return Documents(only_listed=True, listed=listed)


def _known(cache: Path | None, supergraph: str) -> Artefact | None:
    return load(cache.read_bytes(), supergraph) if cache is not None and cache.is_file() else None


async def _until(stop: asyncio.Event, connections: set[Connection]) -> None:
    """Wait for the signal; now and then close what has been silent for too long."""
    while not stop.is_set():
        try:
            await asyncio.wait_for(stop.wait(), Connection.SWEEP_SECONDS)
        except TimeoutError:
            for connection in list(connections):
                connection.sweep()


async def _drain(connections: set[Connection]) -> None:
    for connection in list(connections):
        connection.finish()
    loop = asyncio.get_running_loop()
    deadline = loop.time() + GRACE_SECONDS
    while connections and loop.time() < deadline:
        await asyncio.sleep(0.01)
    for connection in list(connections):
        connection.abort()
