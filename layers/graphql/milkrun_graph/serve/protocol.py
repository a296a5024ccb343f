"""GraphQL over HTTP: which requests are understood, and with which status and media type they are answered.

https://graphql.github.io/graphql-over-http/draft/ — for a server, a Lambda function, or whatever has a method, headers
(names in lower case), a query string and a body.

A page of another site can make a browser send requests with the user's cookies.  POST is safe from that: it must be
``application/json``, for which browsers ask first (a CORS preflight).  GET only reads, and its answer stays hidden from
the page; with ``require_preflight`` it must have a header that browsers ask for as well.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol
from urllib.parse import parse_qsl

import orjson

from milkrun_graph.errors import RequestRefused
from milkrun_graph.executor.messages import (
    NOBODY,
    Claims,
    MalformedRequest,
    Request,
    Response,
    read_request,
    refusal,
    request_from,
)
from milkrun_graph.executor.options import Options

JSON = b"application/json; charset=utf-8"
GRAPHQL = b"application/graphql-response+json; charset=utf-8"
_ANY = {"*/*", "application/*", "application/json", ""}
_METHODS = ("POST", "GET", "HEAD")
# Accept headers that were understood; clients send few different ones.
_MAX_ACCEPTS = 256
# With one of these a browser asks before it sends a request to another site.
PREFLIGHT_HEADERS = ("graphql-require-preflight", "apollo-require-preflight", "x-apollo-operation-name")

_ALLOWED_ORIGIN = "access-control-allow-origin"

type Pairs = tuple[tuple[str, str], ...]


class PreflightMissing(RequestRefused):
    """A browser could have been made to send this by any page."""

    code = "CSRF_PREVENTED"


@dataclass(frozen=True, slots=True)
class Cors:
    """Which other sites' pages may ask.  ``origins``: ``https://host[:port]``, or ``*`` for all.

    ``headers`` are those that a page may send, ``exposed`` those that it may read; ``seconds`` is how long a browser
    remembers that it has asked.  Raises ValueError where cookies would be open to all.
    """

    origins: frozenset[str]
    credentials: bool = False
    headers: tuple[str, ...] = ("content-type", "authorization", *PREFLIGHT_HEADERS)
    exposed: tuple[str, ...] = ()
    seconds: int = 600

    def __post_init__(self) -> None:
        if self.credentials and "*" in self.origins:
            raise ValueError("`credentials` needs `origins` by name: with `*` every site could ask as the user")

    def answered(self, origin: str | None) -> Pairs:
        """Headers of every answer."""
        everyone = "*" in self.origins
        found = [] if everyone else [("vary", "origin")]
        if everyone or origin in self.origins:
            found.append((_ALLOWED_ORIGIN, "*" if everyone or origin is None else origin))
            if self.credentials:
                found.append(("access-control-allow-credentials", "true"))
            if self.exposed:
                found.append(("access-control-expose-headers", ", ".join(self.exposed)))
        return tuple(found)

    def preflight(self, origin: str | None) -> Pairs:
        """Headers of the answer to a browser that asks first."""
        found = self.answered(origin)
        if not any(name == _ALLOWED_ORIGIN for name, _ in found):
            return found
        return (
            *found,
            ("access-control-allow-methods", "POST, GET"),
            ("access-control-allow-headers", ", ".join(self.headers)),
            ("access-control-max-age", str(self.seconds)),
        )


@dataclass(frozen=True, slots=True)
class HttpOptions:
    """What an endpoint's owner decides."""

    cors: Cors | None = None
    require_preflight: bool = False


@dataclass(frozen=True, slots=True)
class Answer:
    """An HTTP response.  For HEAD the body tells its length and is not sent."""

    status: int
    body: bytes
    media: bytes = JSON
    allow: bytes = b""
    headers: Pairs = ()

    def pairs(self) -> Pairs:
        """All headers but the length."""
        allow = (("allow", self.allow.decode()),) if self.allow else ()
        media = (("content-type", self.media.decode()),) if self.body else ()
        return (*media, *allow, *self.headers)


class Executes(Protocol):
    """A gateway."""

    async def execute(self, request: Request) -> Response: ...


@dataclass(slots=True)
class GraphQLOverHttp:
    """One GraphQL endpoint, whatever its path is."""

    gateway: Executes
    options: Options
    http: HttpOptions = field(default_factory=HttpOptions)
    _accepts: dict[str, bytes | None] = field(default_factory=dict)

    async def answer(
        self, method: str, query: str, headers: Mapping[str, str], body: bytes, *, claims: Claims = NOBODY
    ) -> Answer:
        """Answer one request; nothing that a client sends raises."""
        cors = self.http.cors
        if cors is not None and method == "OPTIONS":
            return _options(cors, headers)
        read = self._read(method, query, headers, body)
        if isinstance(read, Answer):
            return read if cors is None else _shared(cors, read, headers)
        request, media = read
        request.claims = claims
        response = await self.gateway.execute(request)
        allow = b"POST" if response.status == 405 else b""  # noqa: PLR2004 - a mutation by GET
        strict = media is GRAPHQL or response.status >= 500 or allow  # noqa: PLR2004 - whatever the media type
        more = response.headers
        if request.read_only:
            more = (*more, ("vary", "accept")) if response.status == 200 else (*more, *_NOT_KEPT)  # noqa: PLR2004
        found = Answer(response.status if strict else 200, response.body, media, allow, more)
        return found if cors is None else _shared(cors, found, headers)

    def _read(self, method: str, query: str, headers: Mapping[str, str], body: bytes) -> tuple[Request, bytes] | Answer:
        if method not in _METHODS:
            return wrong("only POST and GET", 405, b"POST, GET, HEAD")
        media = self._media(headers.get("accept", ""))
        if media is None:
            return wrong("answers are application/graphql-response+json or application/json", 406)
        if method == "POST" and not _is_json(headers.get("content-type", "")):
            return wrong("requests are application/json in UTF-8", 415)
        if len(body) > self.options.limits.body_bytes:
            return too_large(self.options.limits.body_bytes)
        try:
            return (read_request(body, headers) if method == "POST" else self._from_url(query, headers)), media
        except RequestRefused as error:
            return Answer(400, refusal(error).body, media)

    def _from_url(self, query: str, headers: Mapping[str, str]) -> Request:
        if self.http.require_preflight:
            _check_preflight(headers)
        return _read_query(query, headers)

    def _media(self, accept: str) -> bytes | None:
        if accept not in self._accepts:
            if len(self._accepts) >= _MAX_ACCEPTS:
                self._accepts.clear()
            self._accepts[accept] = _negotiated(accept)
        return self._accepts[accept]


_NOT_KEPT = (("vary", "accept"), ("cache-control", "no-store"))


def _options(cors: Cors, headers: Mapping[str, str]) -> Answer:
    if "access-control-request-method" in headers:
        return Answer(204, b"", headers=cors.preflight(headers.get("origin")))
    return Answer(204, b"", allow=b"POST, GET, HEAD, OPTIONS")


def _shared(cors: Cors, answer: Answer, headers: Mapping[str, str]) -> Answer:
    """With what tells a browser whether a page may read it."""
    more = cors.answered(headers.get("origin"))
    return Answer(answer.status, answer.body, answer.media, answer.allow, (*answer.headers, *more))


def _check_preflight(headers: Mapping[str, str]) -> None:
    """Raises PreflightMissing for what a browser sends without asking."""
    if not (_is_json(headers.get("content-type", "")) or any(headers.get(name) for name in PREFLIGHT_HEADERS)):
        raise PreflightMissing(f"send a header {PREFLIGHT_HEADERS[0]}, or content-type: application/json")


def _negotiated(accept: str) -> bytes | None:
    """The media type to answer with: the best one that the client takes (RFC 9110, section 12.5.1)."""
    best: tuple[float, bytes] | None = None
    for part in accept.lower().split(","):
        name, *parameters = (piece.strip() for piece in part.split(";"))
        media = GRAPHQL if name == "application/graphql-response+json" else JSON if name in _ANY else None
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


def wrong(message: str, status: int, allow: bytes = b"") -> Answer:
    """An answer to what is no GraphQL request."""
    return Answer(status, refusal(RequestRefused(message)).body, JSON, allow)


def too_large(limit: int) -> Answer:
    return wrong(f"the body is longer than {limit} bytes", 413)
