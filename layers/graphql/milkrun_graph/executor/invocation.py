"""Subgraphs that are Lambda functions, called by the Invoke API without a gateway in between and without an SDK.

What a function gets and gives is in docs/decisions/0023.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from urllib.parse import quote, urlsplit

import orjson

from milkrun_graph.executor.connections import Origin, Origins, Reader, find_header
from milkrun_graph.executor.sigv4 import Credentials, Signer
from milkrun_graph.executor.transport import (
    Heard,
    Listening,
    SubgraphFailed,
    SubgraphStatus,
    SubgraphThrottled,
    failing,
    without_address,
)

SCHEME = "lambda"
API = "/2015-03-31/functions"
# What a log gets of a function's error.
MAX_TEXT = 4096
_OK = range(200, 300)
_THROTTLED = 429
_OWN_FAULT = 500
_ARN_PARTS = 7
# X-Ray continues a trace by this header of the call itself.
_TRACE = "x-amzn-trace-id"
_CONTROL = frozenset("\r\n\0")


class FunctionFailed(SubgraphFailed):
    """The function ran and failed.  The text is its error, as Lambda reports it."""


class LambdaRefused(SubgraphStatus):
    """Lambda did not run the function."""

    def __init__(self, status: int, kind: str, body: bytes) -> None:
        super().__init__(status, body)
        self.args = (f"Lambda answered {status} {kind}: {_text(body)}",)
        self.transient = status >= _OWN_FAULT


@dataclass(frozen=True, slots=True)
class LambdaAccess:
    """Who calls, in which Region, and where if not at the Region's public endpoint."""

    credentials: Credentials
    region: str
    endpoint: str | None = None

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> LambdaAccess:
        """From the variables that a function's sandbox and the SDKs know.  Raises ValueError that names one missing."""
        missing = [name for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY") if not environment.get(name)]
        region = environment.get("AWS_REGION") or environment.get("AWS_DEFAULT_REGION")
        if missing or not region:
            raise ValueError(f"to invoke functions, set {', '.join(missing) or 'AWS_REGION'}")
        token = environment.get("AWS_SESSION_TOKEN") or None
        credentials = Credentials(environment["AWS_ACCESS_KEY_ID"], environment["AWS_SECRET_ACCESS_KEY"], token)
        endpoint = environment.get("AWS_ENDPOINT_URL_LAMBDA") or environment.get("AWS_ENDPOINT_URL")
        return cls(credentials, region, endpoint or None)


@dataclass(frozen=True, slots=True)
class _Target:
    origin: Origin
    signer: Signer
    host: str
    path: str
    line: bytes


class LambdaTransport:
    """Invokes the subgraphs' functions and waits for what they return."""

    def __init__(self, access: LambdaAccess, clock: Callable[[], float] = time.time) -> None:
        self._access, self._clock = access, clock
        self._origins = Origins()
        self._signers: dict[str, Signer] = {}
        self._targets: dict[str, _Target] = {}

    def add(self, graph: str, url: str) -> None:
        """Which function a subgraph is: ``lambda:`` and its name or ARN, either with a version or an alias.

        Raises ValueError for another address.
        """
        scheme, _, function = url.partition(":")
        if scheme != SCHEME or not function or not function.isascii() or any(c in function for c in " /?#\r\n"):
            raise ValueError(f"not a function's address: {url!r}")
        region = self._region(function)
        endpoint = self._access.endpoint or f"https://lambda.{region}.{_suffix(region)}"
        parts = urlsplit(endpoint)
        origin = self._origins.at(parts.scheme, parts.hostname or "", parts.port)
        signer = self._signers.setdefault(region, Signer(self._access.credentials, region, SCHEME))
        path = f"{parts.path.rstrip('/')}{API}/{quote(function, safe='')}/invocations"
        line = f"POST {path} HTTP/1.1\r\nhost: {parts.netloc}\r\ncontent-type: application/json\r\n"
        self._targets[graph] = _Target(origin, signer, parts.netloc, path, line.encode())

    def _region(self, function: str) -> str:
        if not function.startswith("arn:"):
            return self._access.region
        parts = function.split(":")
        if len(parts) < _ARN_PARTS or parts[2] != "lambda" or parts[5] != "function" or not parts[3]:
            raise ValueError(f"not a function's ARN: {function!r}")
        return parts[3]

    def fetch(self, graph: str, body: bytes, headers: Mapping[str, str], deadline: float) -> asyncio.Future[bytes]:
        target = self._targets.get(graph)
        if target is None:
            return failing(without_address(graph))
        payload = b'{"graphql":%b,"headers":%b}' % (body, orjson.dumps(headers, default=dict) if headers else b"{}")
        signed = target.signer.sign("POST", target.path, "", {"host": target.host}, payload, now=self._clock())
        trace = headers.get(_TRACE)
        if trace is not None and trace.isascii() and _CONTROL.isdisjoint(trace):
            signed[_TRACE] = trace
        lines = "".join(f"{name}: {value}\r\n" for name, value in signed.items()).encode()
        message = b"%b%bcontent-length: %d\r\n\r\n%b" % (target.line, lines, len(payload), payload)
        read = _listens(graph, headers.heard) if headers.__class__ is Listening else _read
        return target.origin.call(message, deadline, read)

    def close(self) -> None:
        self._origins.close()


def _suffix(region: str) -> str:
    return "amazonaws.com.cn" if region.startswith("cn-") else "amazonaws.com"


def _read(status: int, head: bytes, body: bytes) -> bytes:
    """What the function returned.  Raises SubgraphFailed."""
    lines = head.lower()
    if status in _OK:
        error = find_header(lines, b"\r\nx-amz-function-error:")
        if error:
            raise FunctionFailed(f"{_text(error.strip())}: {_text(body)}")
        return body
    if status == _THROTTLED:
        raise SubgraphThrottled(f"Lambda takes no more invocations: {_text(body)}")
    raise LambdaRefused(status, _text(find_header(lines, b"\r\nx-amzn-errortype:").strip()), body)


def _listens(graph: str, heard: Heard) -> Reader:
    def read(status: int, head: bytes, body: bytes) -> bytes:
        answer = _read(status, head, body)
        heard(graph, list(_answered_headers(answer)))
        return answer

    return read


def _answered_headers(answer: bytes) -> list[tuple[str, str]]:
    """``headers`` of what the function returned: an object of strings, or of lists of them."""
    try:
        given = orjson.loads(answer)
    except orjson.JSONDecodeError:
        return []
    headers = given.get("headers") if isinstance(given, dict) else None
    if not isinstance(headers, dict):
        return []
    found = []
    for name, value in headers.items():
        values = value if isinstance(value, list) else [value]
        found += [(name.lower(), one) for one in values if isinstance(one, str)]
    return found


def _text(body: bytes) -> str:
    return body[:MAX_TEXT].decode("utf-8", "replace")
