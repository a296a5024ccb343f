"""The S3 entry point: every submission gets a verdict, and only one."""

import json
from typing import Any

import pytest
from milkrun_core.errors import Unavailable
from registry import submissions
from registry.schemas import MAX_SDL_BYTES

from tests.support.packing import LambdaContextStub
from tests.support.registry import NOON, PEOPLE, FakeBucket, FakePorts, a_submission, event

KEY = "submissions/people/r-1.json"


def arrives(fake: FakePorts, body: Any, key: str = KEY, **changes: Any) -> None:
    """The object is there, and S3 tells of it."""
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    fake.bucket.objects[key] = content
    record = event("s3-submission")["Records"][0]
    record["s3"]["object"] |= {"key": key.replace(" ", "+"), "size": len(content)}
    record |= {"eventTime": NOON.isoformat().replace("+00:00", "Z")} | changes
    submissions.handler({"Records": [record]}, LambdaContextStub())  # type: ignore[arg-type]


def verdict(fake: FakePorts, key: str = KEY) -> Any:
    return json.loads(fake.bucket.objects[key.replace("submissions/", "verdicts/")])


def a_body(**changes: Any) -> dict[str, Any]:
    return a_submission().model_dump() | {"id": "r-1"} | changes


def test_a_submission_becomes_a_verdict(fake: FakePorts) -> None:
    arrives(fake, a_body())
    assert verdict(fake) == {
        "id": "r-1",
        "accepted": True,
        "graphlet_version": 1,
        "supergraph": 1,
        "problems": [],
        "warnings": [],
    }


def test_an_event_that_comes_twice_is_judged_once(fake: FakePorts) -> None:
    arrives(fake, a_body())
    arrives(fake, a_body(sdl="type Query { other: Int }"))
    assert fake.bucket.state.generation == 1
    assert fake.bucket.overwritten == []


def test_an_event_that_comes_late_changes_nothing(fake: FakePorts) -> None:
    arrives(fake, a_body(), eventTime="2026-03-02T11:58:00.000Z")
    assert verdict(fake)["problems"][0]["code"] == "SubmissionTooLate"
    assert fake.bucket.state.generation == 0


@pytest.mark.parametrize(
    ("body", "code", "says"),
    [
        pytest.param(b"not json", "InvalidRequest", "Invalid JSON", id="no-json"),
        pytest.param({"id": "r-1"}, "InvalidRequest", "graphlet", id="no-graphlet"),
        pytest.param(a_body(phase="deploy"), "InvalidRequest", "phase", id="unknown-phase"),
        pytest.param(a_body(sdl=" "), "InvalidRequest", "needs sdl and url", id="no-sdl"),
        pytest.param(a_body(graphlet="titles"), "SubmissionInvalid", "submissions/titles/r-1.json", id="other-name"),
        pytest.param(a_body(id="r-2"), "SubmissionInvalid", "submissions/people/r-2.json", id="other-id"),
        pytest.param(a_body(sdl="#" * (MAX_SDL_BYTES + 1)), "SchemaTooLarge", "1048577 bytes", id="too-large"),
        pytest.param(b" " * 3 * MAX_SDL_BYTES, "SchemaTooLarge", "3145728 bytes", id="far-too-large"),
        pytest.param(a_body(sdl="type Query {"), "INVALID_GRAPHQL", "Syntax Error", id="no-graphql"),
    ],
)
def test_what_is_wrong_with_a_submission_is_said(fake: FakePorts, body: Any, code: str, says: str) -> None:
    arrives(fake, body)
    problem = verdict(fake)["problems"][0]
    assert (verdict(fake)["accepted"], problem["code"]) == (False, code)
    assert says in problem["message"]


@pytest.mark.parametrize("key", ["submissions/people.json", "submissions/people/x/y.json", "submissions/Name/r-1.json"])
def test_a_key_that_is_none_of_the_contract_is_left_alone(fake: FakePorts, key: str) -> None:
    arrives(fake, a_body(), key)
    assert list(fake.bucket.objects) == [key]


def test_an_object_that_is_gone_is_left_alone(fake: FakePorts, context: LambdaContextStub) -> None:
    submissions.handler(event("s3-submission"), context)  # type: ignore[arg-type]
    assert fake.bucket.objects == {}


def test_a_message_without_records_is_left_alone(fake: FakePorts, context: LambdaContextStub) -> None:
    submissions.handler({"Event": "s3:TestEvent"}, context)  # type: ignore[arg-type]
    assert fake.bucket.objects == {}


class _Failing(FakeBucket):
    """A bucket in which states cannot be written."""

    def __init__(self, error: Exception) -> None:
        super().__init__()
        self.error = error

    def replace_state(self, *_: object) -> None:
        raise self.error


@pytest.mark.parametrize(
    ("error", "code"),
    [
        pytest.param(Unavailable("the registry's bucket did not answer"), "Unavailable", id="known"),
        pytest.param(ZeroDivisionError("by accident"), "INTERNAL", id="unknown"),
    ],
)
def test_a_failure_of_ours_is_a_verdict_too_and_final(fake: FakePorts, error: Exception, code: str) -> None:
    fake.bucket = _Failing(error)
    arrives(fake, a_body())
    assert [problem["code"] for problem in verdict(fake)["problems"]] == [code]
    assert "by accident" not in json.dumps(verdict(fake))

    fake.bucket = FakeBucket(fake.bucket.objects)
    arrives(fake, a_body())
    assert (verdict(fake)["accepted"], fake.bucket.state.generation) == (False, 0)


def test_a_verdict_that_cannot_be_written_fails_so_that_the_event_comes_again(fake: FakePorts) -> None:
    class _Mute(FakeBucket):
        """A bucket that takes no verdict."""

        def keep_verdict(self, *_: object) -> None:
            raise Unavailable("the registry's bucket did not answer")

    fake.bucket = _Mute()
    with pytest.raises(Unavailable):
        arrives(fake, a_body())


def test_keys_are_read_as_s3_writes_them() -> None:
    record = event("s3-submission")["Records"][0]
    record["s3"]["object"]["key"] = "submissions/people/r%2D1.json"
    it = submissions.arrival(record)
    assert it is not None
    assert (it.key, it.graphlet, it.id) == (KEY, "people", "r-1")


def test_a_schema_of_a_mebibyte_passes_the_door(fake: FakePorts) -> None:
    arrives(fake, a_body(sdl=PEOPLE + "#" * (MAX_SDL_BYTES - len(PEOPLE))))
    assert verdict(fake)["accepted"]
