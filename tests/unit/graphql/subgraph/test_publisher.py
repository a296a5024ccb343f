"""Publishing a schema as a stack does it: whatever happens, CloudFormation gets an answer that says what."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from milkrun_graph.subgraph.publisher import ANSWER_SECONDS, AnswerNotDelivered, Bucket, respond, send
from milkrun_graph.subgraph.submission import NoRegistry, NotPublished, Registry
from moto import mock_aws

SDL = "type Query { film: String }"


class FakeBucket:
    """A registry that answers every submission with one verdict, after some looks."""

    def __init__(self, verdict: Mapping[str, Any] | None, looks: int = 2, missing: bool = False) -> None:
        self.verdict, self.looks, self.missing = verdict, looks, missing
        self.submitted: dict[str, Any] = {}

    def put(self, key: str, body: bytes) -> None:
        if self.missing:
            raise NoRegistry("there is no registry here")
        self.submitted[key] = json.loads(body)

    def get(self, key: str) -> bytes | None:
        assert key.replace("verdicts/", "submissions/") in self.submitted
        self.looks -= 1
        return json.dumps(self.verdict).encode() if self.verdict and self.looks < 0 else None


class Clock:
    """Time that passes by sleeping."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds


ACCEPTED = {"accepted": True, "graphlet_version": 3, "supergraph": 9, "problems": []}
REFUSED = {
    "accepted": False,
    "problems": [
        {"code": "FIELD_REMOVED", "message": "it is in use", "coordinate": "Film.title",
         "clients": [{"name": "web", "count": 12}]},
        {"code": "B", "message": "b"}, {"code": "C", "message": "c"}, {"code": "D", "message": "d"},
    ],
}  # fmt: skip


@pytest.fixture
def schema(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("MILKRUN_GRAPHLET_URL", "lambda:films")
    file = tmp_path / "schema.graphql"
    file.write_text(SDL)
    return file


def an_event(kind: str = "Create", phase: str = "stage", **more: Any) -> dict[str, Any]:
    return {
        "RequestType": kind,
        "RequestId": "request-1",
        "StackId": "stack",
        "LogicalResourceId": "SchemaStaged",
        "ResponseURL": "https://answers.example/1",
        "ResourceProperties": {"Phase": phase, "Release": "r-20261123/1"},
        **more,
    }


def told(event: dict[str, Any], bucket: FakeBucket, schema: Path) -> dict[str, Any]:
    clock = Clock()
    return respond(event, "films", schema, lambda: Registry(bucket, clock, clock.sleep))


def test_a_schema_that_is_accepted_succeeds_with_its_version(schema: Path) -> None:
    bucket = FakeBucket(ACCEPTED)
    answer = told(an_event(), bucket, schema)
    assert (answer["Status"], answer["PhysicalResourceId"]) == ("SUCCESS", "films-stage")
    assert answer["Data"] == {"graphlet_version": "3", "supergraph": "9"}
    ((key, submitted),) = bucket.submitted.items()
    assert key == f"submissions/films/{submitted['id']}.json"
    assert submitted | {"id": ""} == {
        "id": "", "graphlet": "films", "phase": "stage", "sdl": SDL, "url": "lambda:films", "release": "r-20261123/1",
    }  # fmt: skip


def test_a_request_that_lambda_repeats_has_the_same_id_and_a_rollback_a_new_one(schema: Path) -> None:
    bucket = FakeBucket(ACCEPTED, looks=-1)
    told(an_event(), bucket, schema)
    told(an_event(), bucket, schema)
    assert len(bucket.submitted) == 1
    told(an_event("Update", RequestId="request-2", PhysicalResourceId="films-stage"), bucket, schema)
    assert len(bucket.submitted) == 2


def test_a_schema_that_is_refused_fails_with_the_problem_and_who_uses_it(schema: Path) -> None:
    answer = told(an_event(), FakeBucket(REFUSED), schema)
    assert answer["Status"] == "FAILED"
    assert "FIELD_REMOVED at Film.title: it is in use, used by web (12 requests)" in answer["Reason"]
    assert answer["Reason"].endswith("and 1 more")


def test_a_registry_that_says_nothing_fails_and_names_the_mend(schema: Path) -> None:
    answer = told(an_event(), FakeBucket(None), schema)
    assert answer["Status"] == "FAILED"
    assert "within 60 s" in answer["Reason"]
    assert "imdb/registry" in answer["Reason"]


def test_whatever_goes_wrong_is_a_failure_with_a_reason(schema: Path) -> None:
    def broken() -> Registry:
        raise RuntimeError("boom" * 1000)

    answer = respond(an_event(), "films", schema, broken)
    assert answer["Status"] == "FAILED"
    assert answer["Reason"].startswith("publishing failed with RuntimeError: boom")
    assert len(json.dumps(answer)) < 4096
    assert told(an_event(phase="now"), FakeBucket(ACCEPTED), schema)["Status"] == "FAILED"


def test_an_update_keeps_the_id_of_the_resource_even_when_it_fails(schema: Path) -> None:
    event = an_event("Update", "publish", PhysicalResourceId="films-publish")
    for verdict in (ACCEPTED, REFUSED):
        assert told(event, FakeBucket(verdict), schema)["PhysicalResourceId"] == "films-publish"


@pytest.mark.parametrize(
    ("phase", "physical_id", "phases"),
    [("publish", "films-publish", ["withdraw"]), ("publish", "films-refused", []), ("stage", "films-stage", [])],
)
def test_deleting_withdraws_what_was_published_and_nothing_else(
    schema: Path, phase: str, physical_id: str, phases: list[str]
) -> None:
    bucket = FakeBucket(ACCEPTED)
    answer = told(an_event("Delete", phase, PhysicalResourceId=physical_id), bucket, schema)
    assert answer["Status"] == "SUCCESS"
    assert [one["phase"] for one in bucket.submitted.values()] == phases


def test_what_was_refused_at_its_creation_has_nothing_to_withdraw(schema: Path) -> None:
    answer = told(an_event("Create", "publish"), FakeBucket(REFUSED), schema)
    assert answer["PhysicalResourceId"] == "films-refused"


def test_code_of_another_release_stages_nothing_and_publishes_nothing(
    schema: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MILKRUN_RELEASE", "r-2")
    bucket = FakeBucket(ACCEPTED)
    staged = told(an_event("Update", PhysicalResourceId="films-stage"), bucket, schema)
    published = told(an_event("Update", "publish", PhysicalResourceId="films-publish"), bucket, schema)
    assert (staged["Status"], published["Status"]) == ("SUCCESS", "FAILED")
    assert "the code of another" in published["Reason"]
    assert bucket.submitted == {}


def test_without_a_registry_a_stack_can_be_deleted_but_not_deployed(schema: Path) -> None:
    nowhere = FakeBucket(None, missing=True)
    gone = told(an_event("Delete", "publish", PhysicalResourceId="films-publish"), nowhere, schema)
    assert gone["Status"] == "SUCCESS"
    assert told(an_event(), nowhere, schema)["Status"] == "FAILED"


def test_the_answer_is_put_as_cloudformation_wants_it(monkeypatch: pytest.MonkeyPatch) -> None:
    sent: list[Any] = []

    class Reply:
        """Says yes."""

        def __enter__(self) -> None: ...
        def __exit__(self, *_: object) -> None: ...

    def open_(request: Any, timeout: float) -> Reply:
        sent.append((request.get_method(), request.get_header("Content-type"), json.loads(request.data), timeout))
        if len(sent) < 3:
            raise ConnectionResetError
        return Reply()

    monkeypatch.setattr("urllib.request.urlopen", open_)
    send("https://answers.example/1", {"Status": "SUCCESS"}, sleep=lambda _: None)
    assert sent == [("PUT", "", {"Status": "SUCCESS"}, ANSWER_SECONDS)] * 3


@pytest.mark.parametrize("url", ["https://answers.example/1", "file:///etc/hostname"])
def test_an_answer_that_cannot_be_delivered_is_an_error_so_that_lambda_repeats_it(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def closed(*_: object, **__: object) -> None:
        raise ConnectionRefusedError

    monkeypatch.setattr("urllib.request.urlopen", closed)
    with pytest.raises(AnswerNotDelivered):
        send(url, {}, sleep=lambda _: None)


@pytest.fixture
def s3() -> Iterator[Any]:
    with mock_aws():
        client = boto3.client("s3", region_name="us-east-1")
        client.create_bucket(Bucket="registry")
        yield client


def test_the_bucket_reads_what_is_there_and_waits_for_what_is_not(s3: Any) -> None:
    bucket = Bucket("registry", s3)
    assert bucket.get("verdicts/films/1.json") is None
    bucket.put("verdicts/films/1.json", b"{}")
    assert bucket.get("verdicts/films/1.json") == b"{}"


def test_a_bucket_that_is_not_there_is_no_registry(s3: Any) -> None:
    with pytest.raises(NoRegistry, match="release imdb/registry first"):
        Bucket("nowhere", s3).put("a", b"")
    with pytest.raises(NoRegistry, match="release imdb/registry first"):
        Bucket("nowhere", s3).get("a")


def test_a_bucket_that_refuses_says_what_was_refused() -> None:
    class Closed:
        """A client that may not do anything."""

        class exceptions:  # noqa: N801 - as boto3 has it
            NoSuchKey = FileNotFoundError

        def get_object(self, **_: Any) -> None:
            raise ClientError({"Error": {"Code": "AccessDenied", "Message": "no"}}, "GetObject")

    with pytest.raises(NotPublished, match="s3:GetObject on a"):
        Bucket("registry", Closed()).get("a")  # type: ignore[arg-type]
