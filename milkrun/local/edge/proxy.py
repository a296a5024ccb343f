"""The edge as an HTTP server: finds the way of each request, and passes it on in a stream, both ways."""

import logging
from collections.abc import Mapping
from typing import cast

import aiohttp
from aiohttp import web
from multidict import CIMultiDict
from yarl import URL

from milkrun.local.edge import answers
from milkrun.local.edge.names import NameService
from milkrun.local.edge.routes import NoRecord, Route, UnknownHost, UnmappedPath
from milkrun.local.patches.api_events import BASE_PATH_HEADER, HOST_HEADER

# The Region that a client is in, for latency records: on AWS the network tells.
CLIENT_REGION_HEADER = "x-milkrun-from"

_OWN_HOSTS = {"localhost", "127.0.0.1", "[::1]"}
_HOP_BY_HOP = {
    "connection",
    "keep-alive",
    "proxy-authenticate",
    "proxy-authorization",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
}
_PRIVATE = {HOST_HEADER, BASE_PATH_HEADER, CLIENT_REGION_HEADER, "host"}
# API Gateway gives an integration 29 s; a second more tells its answer from ours.
_TIMEOUT = aiohttp.ClientTimeout(total=30, sock_connect=3)
_KEEP_ALIVE_SECONDS = 30
_CHUNK_BYTES = 64 * 1024

_log = logging.getLogger("milkrun.edge")


class Edge:
    """One port for all host names."""

    def __init__(
        self, cloud_port: int, port: int, accounts: Mapping[str, str], processes: Mapping[str, int] | None = None
    ) -> None:
        self._cloud_url = f"http://127.0.0.1:{cloud_port}"
        self._port = port
        self._accounts = accounts
        self._processes = {host: f"http://127.0.0.1:{held}" for host, held in (processes or {}).items()}
        self._session: aiohttp.ClientSession | None = None
        self._names: NameService | None = None

    async def start(self, _app: web.Application) -> None:
        """Open the pool of connections to the cloud, inside the event loop."""
        connector = aiohttp.TCPConnector(limit=0, keepalive_timeout=_KEEP_ALIVE_SECONDS)
        self._session = aiohttp.ClientSession(connector=connector, timeout=_TIMEOUT, auto_decompress=False)
        self._names = NameService(self._session, self._cloud_url)

    async def close(self, _app: web.Application) -> None:
        """Close the pool."""
        await cast("aiohttp.ClientSession", self._session).close()

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """Answer a request for us, or pass it on."""
        host = request.host.lower().removesuffix(f":{self._port}")
        if host in _OWN_HOSTS and request.path == "/healthz":
            return web.json_response({"status": "ok"})
        try:
            return await self._handle(request, host)
        except TimeoutError:
            return self._away(504, "No answer in time", request, host, "there was no answer within 30 s")
        except aiohttp.ClientError as error:
            return self._away(502, "The local cloud is away", request, host, str(error) or type(error).__name__)

    async def _handle(self, request: web.Request, host: str) -> web.StreamResponse:
        names = cast("NameService", self._names)
        if host in _OWN_HOSTS:
            return await self._own(request)
        path = request.rel_url.raw_path
        if host in self._processes:
            return await self._forward(request, f"{self._processes[host]}{path}", "")
        try:
            route = await names.find(host, path, request.headers.get(CLIENT_REGION_HEADER))
        except UnmappedPath as unmapped:
            return answers.forbidden(unmapped.domain, path)
        except UnknownHost as unknown:
            known = await names.current()
            return answers.unknown_host(host, known, has_domain=isinstance(unknown, NoRecord))
        return await self._forward(request, self._address(route), route.mapping.base_path)

    async def _own(self, request: web.Request) -> web.Response:
        if request.path != "/":
            return answers.problem(
                404, "Not found", f"Only host names have paths; http://localhost:{self._port}/ lists them."
            )
        names = await cast("NameService", self._names).current()
        hosts = answers.listing(names, self._accounts, self._port) + answers.beside(self._processes, self._port)
        if "application/json" in request.headers.get("Accept", ""):
            return web.json_response({"cloud": self._cloud_url, "hosts": hosts})
        return answers.page(hosts, self._cloud_url)

    def _address(self, route: Route) -> str:
        mapping = route.mapping
        return f"{self._cloud_url}/restapis/{mapping.api}/{mapping.stage}/_user_request_{route.path}"

    async def _forward(self, request: web.Request, address: str, base_path: str) -> web.StreamResponse:
        query = request.rel_url.raw_query_string
        async with cast("aiohttp.ClientSession", self._session).request(
            request.method,
            URL(f"{address}?{query}" if query else address, encoded=True),
            headers=forwarded_headers(request, base_path),
            data=request.content if request.body_exists else None,
            allow_redirects=False,
        ) as answer:
            return await _pass_back(request, answer)

    def _away(self, status: int, title: str, request: web.Request, host: str, why: str) -> web.Response:
        _log.warning("%s %s%s: %s: %s", request.method, request.host, request.path, title, why)
        process = self._processes.get(host)
        who = f"The process at {process}" if process else f"The emulated AWS at {self._cloud_url}"
        detail = f"{who}: {why}. `make up` starts it; its log is beside this one."
        return answers.problem(status, title, detail)


def forwarded_headers(request: web.Request, base_path: str) -> CIMultiDict[str]:
    """The client's headers, and what API Gateway adds about where they came from."""
    named_hops = {name.strip().lower() for name in request.headers.get("Connection", "").split(",")}
    dropped = _HOP_BY_HOP | _PRIVATE | named_hops
    kept = CIMultiDict((name, value) for name, value in request.headers.items() if name.lower() not in dropped)
    before = kept.getall("X-Forwarded-For", [])
    host, _, port = request.host.partition(":")
    kept["X-Forwarded-For"] = ", ".join([*before, request.remote or "127.0.0.1"])
    kept["X-Forwarded-Proto"] = request.scheme
    kept["X-Forwarded-Port"] = port or "80"
    kept["X-Forwarded-Host"] = host
    kept[HOST_HEADER] = request.host
    kept[BASE_PATH_HEADER] = base_path
    return kept


async def _pass_back(request: web.Request, answer: aiohttp.ClientResponse) -> web.StreamResponse:
    response = web.StreamResponse(status=answer.status, reason=answer.reason)
    for name, value in answer.headers.items():
        if name.lower() not in _HOP_BY_HOP:
            response.headers.add(name, value)
    await response.prepare(request)
    async for chunk in answer.content.iter_chunked(_CHUNK_BYTES):
        await response.write(chunk)
    await response.write_eof()
    return response
