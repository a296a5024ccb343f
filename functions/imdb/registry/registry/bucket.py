"""The registry's bucket.

| key                             | what                                                                     |
|---------------------------------|--------------------------------------------------------------------------|
| submissions/<graphlet>/<id>.json | what a release wants                                                    |
| verdicts/<graphlet>/<id>.json   | what the registry says to it; written once                               |
| state/current.json              | the state: the one object that is ever replaced, and only conditionally  |
| state/history/<generation>.json | every state that was ever current                                        |
| schemas/<graphlet>/<digest>.graphql, supergraphs/<digest>.graphql, artefacts/<digest>.bin | content     |
| policy/approvals.json           | breaking changes that somebody has allowed                               |
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError
from milkrun_core.errors import Unavailable

from registry.domain.errors import StateChangedMeanwhile
from registry.domain.state import State
from registry.ports import Snapshot
from registry.schemas import STATE, Verdict

CURRENT = "state/current.json"
APPROVALS = "policy/approvals.json"
BEGINNING = State(0, datetime(2026, 1, 1, tzinfo=UTC), "nothing was published yet")
MISSING = ("NoSuchKey", "404", "NotFound")
# The second: two conditional writes met; AWS asks to read again and repeat, as we do for the first.
LOST = ("PreconditionFailed", "ConditionalRequestConflict", *MISSING)


class S3Bucket:
    """The bucket over S3, with its errors translated."""

    def __init__(self, s3: Any, name: str) -> None:
        self._s3 = s3
        self._name = name

    def read_state(self) -> Snapshot:
        with _translated():
            try:
                found = self._s3.get_object(Bucket=self._name, Key=CURRENT)
            except ClientError as error:
                if _code(error) in MISSING:
                    return Snapshot(BEGINNING, None, b"")
                raise
            body = found["Body"].read()
        return Snapshot(STATE.validate_json(body), found["ETag"], body)

    def replace_state(self, before: Snapshot, after: State) -> None:
        """Replace the state, leaving a history without gaps: whoever replaces a state has made sure that it is kept."""
        if before.token is not None:
            self.keep(_history(before.state), before.body)
        body = STATE.dump_json(after, indent=2)
        condition = {"IfMatch": before.token} if before.token else {"IfNoneMatch": "*"}
        with _translated():
            try:
                self._put(CURRENT, body, **condition)
            except ClientError as error:
                if _code(error) in LOST:
                    raise StateChangedMeanwhile("the registry's state changed meanwhile") from error
                raise
        self.keep(_history(after), body)

    def submission(self, key: str) -> bytes | None:
        return self._find(key)

    def has_verdict(self, graphlet: str, submission: str) -> bool:
        return self._find(_verdict(graphlet, submission)) is not None

    def keep_verdict(self, graphlet: str, verdict: Verdict) -> None:
        self.keep(_verdict(graphlet, verdict.id), verdict.model_dump_json().encode())

    def keep(self, key: str, body: bytes) -> None:
        with _translated():
            try:
                self._put(key, body, IfNoneMatch="*")
            except ClientError as error:
                if _code(error) not in LOST:
                    raise

    def text(self, key: str) -> str:
        found = self._find(key)
        if found is None:
            raise Unavailable(f"the registry's bucket has lost {key}", key=key)
        return found.decode()

    def approvals(self) -> bytes | None:
        return self._find(APPROVALS)

    def _find(self, key: str) -> bytes | None:
        with _translated():
            try:
                body: bytes = self._s3.get_object(Bucket=self._name, Key=key)["Body"].read()
            except ClientError as error:
                if _code(error) in MISSING:
                    return None
                raise
        return body

    def _put(self, key: str, body: bytes, **condition: str) -> None:
        kind = "application/json" if key.endswith(".json") else "application/octet-stream"
        self._s3.put_object(Bucket=self._name, Key=key, Body=body, ContentType=kind, **condition)


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except (ClientError, BotoCoreError) as error:
        raise Unavailable(f"the registry's bucket did not answer: {error}") from error


def _code(error: ClientError) -> str:
    return str(error.response["Error"]["Code"])


def _history(state: State) -> str:
    return f"state/history/{state.generation:08d}.json"


def _verdict(graphlet: str, submission: str) -> str:
    return f"verdicts/{graphlet}/{submission}.json"
