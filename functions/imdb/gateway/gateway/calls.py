"""Calls to AWS over the library's kept connections: no SDK, which would cost more than the rest of a request."""

import asyncio
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from hashlib import sha256
from urllib.parse import urlsplit

from milkrun_graph.executor.connections import Origin, Origins, find_header
from milkrun_graph.executor.sigv4 import Credentials, Signer
from milkrun_graph.executor.transport import SubgraphDisconnected, SubgraphFailed

from gateway.domain.errors import AwsRefused

# What an error says of an answer's body.
SHOWN_CHARACTERS = 300


@dataclass(frozen=True, slots=True)
class Reply:
    """An HTTP answer."""

    status: int
    head: bytes
    body: bytes

    def header(self, name: bytes) -> str:
        """The value of a header, in lower case, empty where there is none; ``name`` is in lower case."""
        return find_header(self.head.lower(), b"\r\n%b:" % name).strip().decode("latin-1")

    def etag(self) -> str:
        """The ETag as it was sent: it is compared by whoever sent it."""
        at = self.head.lower().find(b"\r\netag:")
        return self.head[at + 7 :].partition(b"\r\n")[0].strip().decode("latin-1") if at >= 0 else ""

    def refusal(self, what: str) -> AwsRefused:
        """This answer as an error."""
        said = self.body[:SHOWN_CHARACTERS].decode("utf-8", "replace")
        return AwsRefused(f"{what} answered {self.status}: {said}", answered=self.status)


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Which service of AWS, and where."""

    service: str
    region: str
    url: str


class Calls:
    """Requests to one origin, as they are."""

    def __init__(self, what: str, url: str) -> None:
        parts = urlsplit(url)
        self.host, self.base = parts.netloc, parts.path.rstrip("/")
        self._what = what
        self._origins = Origins()
        self._origin = self._origins.at(parts.scheme, parts.hostname or "", parts.port)

    async def call(
        self, method: str, path: str, seconds: float, headers: Mapping[str, str] | None = None, body: bytes = b""
    ) -> Reply:
        """The answer, whatever its status.  Raises AwsRefused where there was none in time."""
        lines = "".join(f"{name}: {value}\r\n" for name, value in {"host": self.host, **(headers or {})}.items())
        message = f"{method} {self.base}{path} HTTP/1.1\r\n{lines}content-length: {len(body)}\r\n\r\n".encode() + body
        deadline = asyncio.get_running_loop().time() + seconds
        try:
            try:
                return await _answered(self._origin, message, deadline)
            except SubgraphDisconnected:  # kept too long: the other side had closed it before we wrote
                return await _answered(self._origin, message, deadline)
        except SubgraphFailed as error:
            raise AwsRefused(f"{self._what} did not answer: {error}") from error

    def close(self) -> None:
        self._origins.close()


class SignedCalls:
    """Requests to one service of AWS, signed."""

    def __init__(self, endpoint: Endpoint, credentials: Credentials, clock: Callable[[], float] = time.time) -> None:
        self._calls = Calls(endpoint.service, endpoint.url)
        self._signer = Signer(credentials, endpoint.region, endpoint.service)
        self._clock = clock

    async def call(
        self, method: str, path: str, seconds: float, headers: Mapping[str, str] | None = None, body: bytes = b""
    ) -> Reply:
        """The answer, whatever its status.  Raises AwsRefused where there was none in time."""
        calls = self._calls
        said = {**(headers or {}), "host": calls.host, "x-amz-content-sha256": sha256(body).hexdigest()}
        said |= self._signer.sign(method, calls.base + path, "", said, body, now=self._clock())
        return await calls.call(method, path, seconds, said, body)

    def close(self) -> None:
        self._calls.close()


async def _answered(origin: Origin, message: bytes, deadline: float) -> Reply:
    found: list[tuple[int, bytes]] = []

    def read(status: int, head: bytes, body: bytes) -> bytes:
        found.append((status, head))
        return body

    body = await origin.call(message, deadline, read)
    return Reply(*found[0], body)
