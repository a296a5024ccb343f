"""The registry's bucket as the gateway reads it: the state, and what the state names."""

import asyncio
from dataclasses import dataclass
from hashlib import sha256
from http import HTTPStatus
from typing import Protocol

from gateway.calls import Reply
from gateway.domain.errors import RegistryUnusable, SupergraphMissing
from gateway.domain.state import SupergraphRef, read_state

STATE = "state/current.json"
STATE_SECONDS = 1.5
CONTENT_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class Content:
    """A supergraph, and the tables and plans that were made of it when it was published."""

    reference: SupergraphRef
    sdl: str
    artefact: bytes


@dataclass(frozen=True, slots=True)
class Found:
    """What is current; ``token`` tells the next look whether it still is."""

    reference: SupergraphRef
    token: str


class Source(Protocol):
    """Where supergraphs come from."""

    async def look(self, token: str) -> Found | None:
        """What is current, or None where that is what had this token.  Raises Unavailable."""

    async def load(self, reference: SupergraphRef) -> Content:
        """Its content, whose digests are right.  Raises Unavailable."""


class Caller(Protocol):
    """Signed calls to S3."""

    async def call(self, method: str, path: str, seconds: float, headers: dict[str, str] | None = None) -> Reply: ...


class RegistryBucket:
    """The source of a deployed gateway."""

    def __init__(self, s3: Caller, bucket: str) -> None:
        self._s3, self._bucket = s3, bucket

    async def look(self, token: str) -> Found | None:
        condition = {"if-none-match": token} if token else None
        reply = await self._s3.call("GET", f"/{self._bucket}/{STATE}", STATE_SECONDS, condition)
        if reply.status == HTTPStatus.NOT_MODIFIED:
            return None
        if reply.status == HTTPStatus.NOT_FOUND:
            raise SupergraphMissing("nothing was published yet: the registry has no state")
        if reply.status != HTTPStatus.OK:
            raise reply.refusal(f"GET {STATE} of the registry's bucket")
        reference = read_state(reply.body)
        if reference is None:
            raise SupergraphMissing("nothing is published: the registry's state has no supergraph")
        return Found(reference, reply.etag())

    async def load(self, reference: SupergraphRef) -> Content:
        sdl, artefact = await asyncio.gather(
            self._content(reference.key, reference.digest),
            self._content(reference.artefact, reference.artefact_digest),
        )
        return Content(reference, sdl.decode(), artefact)

    async def _content(self, key: str, digest: str) -> bytes:
        reply = await self._s3.call("GET", f"/{self._bucket}/{key}", CONTENT_SECONDS)
        if reply.status != HTTPStatus.OK:
            raise reply.refusal(f"GET {key} of the registry's bucket")
        found = sha256(reply.body).hexdigest()
        if found != digest:
            raise RegistryUnusable(f"{key} of the registry has the SHA-256 {found}, not {digest}: it is not used")
        return reply.body
