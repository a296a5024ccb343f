"""The bucket over moto: what S3's conditions make of two writers."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import boto3
import pytest
from milkrun_core.errors import Unavailable
from moto import mock_aws
from registry.bucket import CURRENT, S3Bucket
from registry.domain.errors import StateChangedMeanwhile
from registry.domain.state import State, SupergraphRef, Version
from registry.schemas import Problem, Verdict

from tests.support.registry import NOON

PEOPLE_1 = Version(1, "d-1", "schemas/people/d-1.graphql", "lambda:imdb-people-graphlet", "r-1", "r-1-publish-1", NOON)
FIRST = State(
    1,
    NOON,
    "publish people 1 (r-1)",
    SupergraphRef("s-1", "supergraphs/s-1.graphql", "artefacts/a-1.bin", "a-1"),
    {"people": PEOPLE_1},
    {"titles": replace(PEOPLE_1, release="r-2")},
    {"people": 1},
)


@pytest.fixture
def s3() -> Iterator[Any]:
    with mock_aws():
        client = boto3.client("s3", region_name="us-east-1")
        client.create_bucket(Bucket="registry")
        yield client


@pytest.fixture
def bucket(s3: Any) -> S3Bucket:
    return S3Bucket(s3, "registry")


def keys(s3: Any, prefix: str) -> list[str]:
    return [each["Key"] for each in s3.list_objects_v2(Bucket="registry", Prefix=prefix).get("Contents", [])]


def test_an_empty_bucket_is_generation_zero(bucket: S3Bucket) -> None:
    found = bucket.read_state()
    assert (found.state.generation, found.state.supergraph, found.token) == (0, None, None)


def test_a_state_is_read_as_it_was_written(bucket: S3Bucket) -> None:
    bucket.replace_state(bucket.read_state(), FIRST)
    assert bucket.read_state().state == FIRST


def test_of_two_first_writers_one_loses(bucket: S3Bucket) -> None:
    mine, theirs = bucket.read_state(), bucket.read_state()
    bucket.replace_state(theirs, FIRST)
    with pytest.raises(StateChangedMeanwhile):
        bucket.replace_state(mine, replace(FIRST, why="mine"))
    assert bucket.read_state().state == FIRST


def test_of_two_later_writers_one_loses(bucket: S3Bucket) -> None:
    bucket.replace_state(bucket.read_state(), FIRST)
    mine, theirs = bucket.read_state(), bucket.read_state()
    second = replace(FIRST, generation=2, why="theirs")
    bucket.replace_state(theirs, second)
    with pytest.raises(StateChangedMeanwhile):
        bucket.replace_state(mine, replace(FIRST, generation=2, why="mine"))
    assert bucket.read_state().state == second


def test_every_state_stays_in_the_history(bucket: S3Bucket, s3: Any) -> None:
    bucket.replace_state(bucket.read_state(), FIRST)
    bucket.replace_state(bucket.read_state(), replace(FIRST, generation=2))
    assert keys(s3, "state/history/") == ["state/history/00000001.json", "state/history/00000002.json"]


def test_whoever_replaces_a_state_keeps_it_if_its_writer_died_before(bucket: S3Bucket, s3: Any) -> None:
    bucket.replace_state(bucket.read_state(), FIRST)
    s3.delete_object(Bucket="registry", Key="state/history/00000001.json")
    current = s3.get_object(Bucket="registry", Key=CURRENT)["Body"].read()

    bucket.replace_state(bucket.read_state(), replace(FIRST, generation=2))

    assert s3.get_object(Bucket="registry", Key="state/history/00000001.json")["Body"].read() == current


def test_content_and_verdicts_are_written_once(bucket: S3Bucket) -> None:
    bucket.keep("schemas/people/d-1.graphql", b"first")
    bucket.keep("schemas/people/d-1.graphql", b"second")
    assert bucket.text("schemas/people/d-1.graphql") == "first"

    assert not bucket.has_verdict("people", "r-1")
    bucket.keep_verdict("people", Verdict(id="r-1", accepted=True, graphlet_version=1))
    bucket.keep_verdict("people", Verdict(id="r-1", accepted=False, problems=(Problem(code="X", message="x"),)))
    assert bucket.has_verdict("people", "r-1")
    assert '"accepted":true' in bucket.text("verdicts/people/r-1.json")


def test_what_must_be_there_and_is_not_is_named(bucket: S3Bucket) -> None:
    assert bucket.submission("submissions/people/gone.json") is None
    assert bucket.approvals() is None
    with pytest.raises(Unavailable, match="has lost schemas/people/d-9"):
        bucket.text("schemas/people/d-9.graphql")


def test_a_bucket_that_does_not_answer_is_unavailable(s3: Any) -> None:
    nowhere = S3Bucket(s3, "no-such-bucket")
    for call in (
        nowhere.read_state,
        lambda: nowhere.keep("schemas/x", b""),
        lambda: nowhere.has_verdict("people", "r-1"),
    ):
        with pytest.raises(Unavailable):
            call()
