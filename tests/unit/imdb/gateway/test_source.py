"""What the gateway reads in the registry's bucket, and what it does not believe."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field

import pytest
from gateway.calls import Reply
from gateway.domain.errors import AwsRefused, RegistryUnusable, SupergraphMissing
from gateway.domain.state import SupergraphRef, read_state
from gateway.source import RegistryBucket

SDL, ARTEFACT = b"type Query", b"\x80pickle"
DIGEST, ARTEFACT_DIGEST = (hashlib.sha256(one).hexdigest() for one in (SDL, ARTEFACT))
REFERENCE = SupergraphRef(7, DIGEST, f"supergraphs/{DIGEST}.graphql", "artefacts/a.bin", ARTEFACT_DIGEST)
SUPERGRAPH = {
    "digest": DIGEST,
    "key": REFERENCE.key,
    "artefact": REFERENCE.artefact,
    "artefact_digest": ARTEFACT_DIGEST,
}
STATE = {"generation": 7, "at": "2026-03-02T12:00:00Z", "why": "publish people 1", "supergraph": SUPERGRAPH}


@dataclass
class FakeS3:
    """A bucket in memory with ETags, as S3 answers."""

    objects: dict[str, bytes] = field(default_factory=dict)
    status: int | None = None

    async def call(self, method: str, path: str, seconds: float, headers: Mapping[str, str] | None = None) -> Reply:
        assert (method, seconds > 0) == ("GET", True)
        if self.status is not None:
            return Reply(self.status, b"", b"<Error><Code>SlowDown</Code></Error>")
        body = self.objects.get(path.removeprefix("/registry/"))
        if body is None:
            return Reply(404, b"", b"<Error><Code>NoSuchKey</Code></Error>")
        etag = f'"{hashlib.md5(body, usedforsecurity=False).hexdigest()}-A"'
        if (headers or {}).get("if-none-match") == etag:
            return Reply(304, b"", b"")
        return Reply(200, f"HTTP/1.1 200 OK\r\nETag: {etag}\r\ncontent-type: x".encode(), body)


@pytest.fixture
def s3() -> FakeS3:
    return FakeS3({"state/current.json": json.dumps(STATE).encode(), REFERENCE.key: SDL, REFERENCE.artefact: ARTEFACT})


async def test_the_state_is_read_once_per_change(s3: FakeS3) -> None:
    bucket = RegistryBucket(s3, "registry")
    found = await bucket.look("")
    assert found is not None
    assert found.reference == REFERENCE
    assert await bucket.look(found.token) is None
    s3.objects["state/current.json"] = json.dumps({**STATE, "generation": 8}).encode()
    again = await bucket.look(found.token)
    assert again is not None
    assert again.reference.generation == 8


async def test_what_the_state_names_is_loaded(s3: FakeS3) -> None:
    content = await RegistryBucket(s3, "registry").load(REFERENCE)
    assert (content.sdl, content.artefact) == (SDL.decode(), ARTEFACT)


@pytest.mark.parametrize("key", [REFERENCE.key, REFERENCE.artefact])
async def test_content_that_is_not_what_the_state_says_is_not_used(s3: FakeS3, key: str) -> None:
    s3.objects[key] += b" "
    with pytest.raises(RegistryUnusable, match=f"{key} of the registry has the SHA-256"):
        await RegistryBucket(s3, "registry").load(REFERENCE)


async def test_content_that_is_gone_is_refused_by_its_name(s3: FakeS3) -> None:
    del s3.objects[REFERENCE.artefact]
    with pytest.raises(AwsRefused, match=r"GET artefacts/a.bin .* answered 404"):
        await RegistryBucket(s3, "registry").load(REFERENCE)


async def test_a_bucket_that_refuses_says_why(s3: FakeS3) -> None:
    s3.status = 503
    with pytest.raises(AwsRefused, match=r"503.*SlowDown"):
        await RegistryBucket(s3, "registry").look("")


@pytest.mark.parametrize("state", [None, {**STATE, "supergraph": None}])
async def test_nothing_published_has_an_error_of_its_own(s3: FakeS3, state: object) -> None:
    del s3.objects["state/current.json"]
    if state is not None:
        s3.objects["state/current.json"] = json.dumps(state).encode()
    with pytest.raises(SupergraphMissing):
        await RegistryBucket(s3, "registry").look("")


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"{}",
        json.dumps({**STATE, "generation": "7"}).encode(),
        json.dumps({**STATE, "supergraph": {**SUPERGRAPH, "digest": "short"}}).encode(),
        json.dumps({**STATE, "supergraph": {**SUPERGRAPH, "key": None}}).encode(),
        json.dumps({**STATE, "supergraph": {"digest": DIGEST}}).encode(),
    ],
)
def test_a_state_that_cannot_be_read_is_refused(body: bytes) -> None:
    with pytest.raises(RegistryUnusable, match=r"state/current\.json"):
        read_state(body)


def test_a_reply_keeps_the_etag_as_it_was_sent() -> None:
    reply = Reply(200, b'HTTP/1.1 200 OK\r\nETag: "AbC"\r\nX-Other: 1', b"")
    assert (reply.etag(), reply.header(b"x-other"), reply.header(b"missing")) == ('"AbC"', "1", "")
