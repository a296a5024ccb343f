"""GraphQL over HTTP: which requests are understood, and with which status and media type they are answered.

https://graphql.github.io/graphql-over-http/draft/
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol
from urllib.parse import parse_qsl

import orjson

from milkrun_graph.errors import RequestRefused
from milkrun_graph.executor.messages import MalformedRequest, Request, Response, read_request, refusal, request_from
from milkrun_graph.executor.options import Options

_JSON = b"application/json; charset=utf-8"
_GRAPHQL = b"application/graphql-response+json; charset=utf-8"
_ANY = {"*/*", "application/*", "application/json", ""}
# Accept headers that were understood; clients send few different ones.
_MAX_ACCEPTS = 256


@dataclass(frozen=True, slots=True)
class Answer:
    """An HTTP response."""

    status: int
    body: bytes
    media: bytes = _JSON
    allow: bytes = b""


class Executes(Protocol):
    """A gateway."""

    async def execute(self, request: Request) -> Response: ...


class Service:
    """Answers HTTP requests by a gateway."""

    def __init__(self, gateway: Executes, options: Options) -> None:
        self.max_body = options.limits.body_bytes
        self._gateway = gateway
        self._accepts: dict[str, bytes | None] = {}

    async def answer(self, method: str, target: str, headers: Mapping[str, str], body: bytes) -> Answer:
        path, _, query = target.partition("?")
        if path == "/graphql":
            return await self._graphql(method, query, headers, body)
        if path == "/health":
            if method in ("GET", "HEAD"):
                return Answer(200, b'{"status":"ok"}')
            return _wrong("only GET and HEAD", 405, b"GET, HEAD")
        return _wrong("there are /graphql and /health", 404)

    async def _graphql(self, method: str, query: str, headers: Mapping[str, str], body: bytes) -> Answer:
        if method not in ("POST", "GET"):
            return _wrong("only POST and GET", 405, b"POST, GET")
        media = self._media(headers.get("accept", ""))
        if media is None:
            return _wrong("answers are application/graphql-response+json or application/json", 406)
        if method == "POST" and not _is_json(headers.get("content-type", "")):
            return _wrong("requests are application/json in UTF-8", 415)
        try:
            request = read_request(body, headers) if method == "POST" else _read_query(query, headers)
        except MalformedRequest as error:
            return Answer(400, refusal(error).body, media)
        response = await self._gateway.execute(request)
        if response.status == 405:  # noqa: PLR2004 - a mutation by GET
            return Answer(405, response.body, media, b"POST")
        status = response.status if media is _GRAPHQL or response.status >= 500 else 200  # noqa: PLR2004
        return Answer(status, response.body, media)

    def _media(self, accept: str) -> bytes | None:
        if accept not in self._accepts:
            if len(self._accepts) >= _MAX_ACCEPTS:
                self._accepts.clear()
            self._accepts[accept] = _negotiated(accept)
        return self._accepts[accept]


def _negotiated(accept: str) -> bytes | None:
    """The media type to answer with: the best one that the client takes (RFC 9110, section 12.5.1)."""
    best: tuple[float, bytes] | None = None
    for part in accept.lower().split(","):
        name, *parameters = (piece.strip() for piece in part.split(";"))
        media = _GRAPHQL if name == "application/graphql-response+json" else _JSON if name in _ANY else None
        weight = _weight(parameters)
        if media is not None and weight > 0 and (best is None or weight > best[0]):
            best = (weight, media)
    return best[1] if best else None


def _weight(parameters: list[str]) -> float:
    for parameter in parameters:
        if parameter.startswith("q="):
            try:
                return float(parameter[2:])
            except ValueError:
                return 0.0
    return 1.0


def _is_json(content_type: str) -> bool:
    if content_type == "application/json":
        return True
    name, *parameters = (piece.strip() for piece in content_type.lower().split(";"))
    charsets = [parameter[8:].strip('"') for parameter in parameters if parameter.startswith("charset=")]
    return name in ("application/json", "application/graphql+json") and all(c in ("utf-8", "utf8") for c in charsets)


def _read_query(query: str, headers: Mapping[str, str]) -> Request:
    """A request in a URL.  Raises MalformedRequest."""
    try:
        sent: dict[str, object] = dict(parse_qsl(query, keep_blank_values=True, max_num_fields=16, errors="strict"))
    except ValueError:
        raise MalformedRequest("the query string is malformed") from None
    for name in ("variables", "extensions"):
        if name in sent:
            try:
                sent[name] = orjson.loads(str(sent[name]) or "null")
            except orjson.JSONDecodeError:
                raise MalformedRequest(f"`{name}` is not JSON") from None
    request = request_from(sent, headers)
    request.read_only = True
    return request


def _wrong(message: str, status: int, allow: bytes = b"") -> Answer:
    return Answer(status, refusal(RequestRefused(message)).body, _JSON, allow)


def too_large(limit: int) -> Answer:
    return _wrong(f"the body is longer than {limit} bytes", 413)


def not_http(message: str, status: int = 400) -> Answer:
    return _wrong(message, status)


def failed() -> Answer:
    return _wrong("Internal server error", 500)
