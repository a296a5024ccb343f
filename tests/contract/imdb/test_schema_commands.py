"""The operator's view of the schema registry, over moto."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
from moto import mock_aws
from registry.bucket import S3Bucket
from registry.usecases import judge
from typer.testing import CliRunner, Result

from milkrun import registry as operator
from milkrun.cli.registry import app
from milkrun.environment import Environment, local_environment
from milkrun.errors import FleetInvalid
from milkrun.registry import NoSuchVersion, NoVerdict, Registry, RegistryMoved, RegistryNotDeployed
from tests.support.registry import NOON, PEOPLE, ROOT, TITLES, FakePorts, a_submission, without

BUCKET = "imdb-registry-444444444444-us-east-1"


@pytest.fixture
def s3() -> Iterator[Any]:
    with mock_aws():
        client = boto3.client("s3", region_name="us-east-1")
        client.create_bucket(Bucket=BUCKET)
        yield client


@pytest.fixture
def environment(s3: Any) -> Environment:
    return local_environment(ROOT)


@pytest.fixture
def published(s3: Any) -> S3Bucket:
    """people 1, titles 1, people 2: three generations."""
    bucket = S3Bucket(s3, BUCKET)
    fake = FakePorts()
    fake.bucket = bucket  # type: ignore[assignment]
    older = without(PEOPLE, "birthYear: Int")
    for it in (a_submission("people", older), a_submission("titles", TITLES), a_submission("people", release="r-2")):
        assert judge(it, NOON, fake.ports()).accepted
    return bucket


def run(environment: Environment, *words: str) -> Result:
    return CliRunner().invoke(app, list(words), obj=environment, catch_exceptions=False)


def data(environment: Environment, *words: str) -> Any:
    result = run(environment, *words, "--json")
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def test_a_rollback_is_one_new_generation_with_the_content_of_an_old_one(
    environment: Environment, published: S3Bucket
) -> None:
    old = published.read_state().state
    state = data(environment, "rollback", "1", "--reason", "people 2 is sick", "--yes")
    after = published.read_state().state

    assert (state["generation"], after.generation) == (4, 4)
    assert after.why == "roll back to 1: people 2 is sick"
    assert {name: one.version for name, one in after.graphlets.items()} == {"people": 1}
    assert after.versions == old.versions
    assert [one["generation"] for one in data(environment, "history")] == [4, 3, 2, 1]


def test_the_next_version_after_a_rollback_has_a_number_of_its_own(
    environment: Environment, published: S3Bucket
) -> None:
    run(environment, "rollback", "1", "--reason", "a try", "--yes")
    fake = FakePorts()
    fake.bucket = published  # type: ignore[assignment]
    verdict = judge(a_submission("people", release="r-3"), NOON, fake.ports())
    assert verdict.graphlet_version == 3


@pytest.mark.usefixtures("published")
def test_a_rollback_that_is_not_confirmed_changes_nothing(environment: Environment) -> None:
    result = CliRunner().invoke(app, ["rollback", "1", "--reason", "a try"], obj=environment, input="n\n")
    assert result.exit_code == 1
    assert data(environment, "list")["generation"] == 3


def test_a_rollback_loses_against_a_release_that_was_faster(
    environment: Environment, published: S3Bucket, s3: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    registry = Registry(environment, "imdb")
    monkeypatch.setattr(registry, "_keep", lambda *_: s3.put_object(Bucket=BUCKET, Key=operator.CURRENT, Body=b"{}"))
    with pytest.raises(RegistryMoved):
        registry.roll_back(1, "too late")


@pytest.mark.usefixtures("published")
def test_shows_what_is_current_what_was_and_what_changed(environment: Environment) -> None:
    assert data(environment, "show", "people")["sdl"] == PEOPLE
    assert "birthYear" not in run(environment, "show", "people", "--generation", "2").stdout
    assert "join__Graph" in run(environment, "show").stdout
    assert "people    2" in run(environment, "list").stdout
    changed = data(environment, "diff", "2")
    assert changed["graphlets"] == {"people": [1, 2]}
    assert [(one["code"], one["coordinate"]) for one in changed["changes"]] == [("FIELD_ADDED", "Name.birthYear")]
    assert "Name.birthYear" in run(environment, "diff", "2", "3").stdout
    assert "publish titles 1 (r-1)" in run(environment, "history").stdout


@pytest.mark.usefixtures("published")
@pytest.mark.parametrize("words", [("list", "-g", "9"), ("show", "nobody"), ("show", "people", "--staged")])
def test_what_is_not_there_is_named(environment: Environment, words: tuple[str, ...]) -> None:
    with pytest.raises(NoSuchVersion):
        run(environment, *words)


def test_a_target_without_a_registry_is_named(environment: Environment, tmp_path: Path) -> None:
    with pytest.raises(FleetInvalid, match="preprod, imdb"):
        run(environment, "list", "--target", "cell-1")
    with pytest.raises(RegistryNotDeployed, match="nothing was published"):
        run(environment, "list")
    file = tmp_path / "people.graphql"
    file.write_text(PEOPLE)
    for words in (("list",), ("check", "people", str(file))):
        with pytest.raises(RegistryNotDeployed, match="release imdb/registry first"):
            run(environment, *words, "--target", "preprod")


class _Judge:
    """Stands for the registry's function: answers each submission that it finds when somebody waits."""

    def __init__(self, s3: Any, verdict: dict[str, Any]) -> None:
        self.s3 = s3
        self.verdict = verdict
        self.asked: list[dict[str, Any]] = []

    def sleep(self, _: float) -> None:
        for found in self.s3.list_objects_v2(Bucket=BUCKET, Prefix="submissions/").get("Contents", []):
            it = json.loads(self.s3.get_object(Bucket=BUCKET, Key=found["Key"])["Body"].read())
            self.asked.append(it)
            key = found["Key"].replace("submissions/", "verdicts/")
            self.s3.put_object(Bucket=BUCKET, Key=key, Body=json.dumps(self.verdict | {"id": it["id"]}).encode())


REFUSED = {
    "accepted": False,
    "graphlet_version": None,
    "supergraph": None,
    "problems": [{"code": "FIELD_REMOVED", "message": "Name.birthYear was removed", "locations": []}],
    "warnings": [],
}


@pytest.mark.parametrize("accepted", [True, False])
def test_a_check_asks_the_registry_and_ends_with_its_verdict(
    environment: Environment, s3: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, accepted: bool
) -> None:
    judge_ = _Judge(s3, REFUSED if not accepted else {**REFUSED, "accepted": True, "problems": []})
    monkeypatch.setattr("milkrun.registry.time.sleep", judge_.sleep)
    file = tmp_path / "people.graphql"
    file.write_text(PEOPLE)
    result = run(environment, "check", "people", str(file))
    assert result.exit_code == (0 if accepted else 1)
    assert ("would be accepted" if accepted else "FIELD_REMOVED Name.birthYear was removed") in result.stdout
    (asked,) = judge_.asked
    assert (asked["phase"], asked["url"], asked["sdl"]) == ("check", "lambda:imdb-people-graphlet", PEOPLE)


def test_a_registry_that_is_silent_is_named(environment: Environment, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(operator, "VERDICT_SECONDS", 0)
    with pytest.raises(NoVerdict):
        Registry(environment, "imdb").check("people", PEOPLE)


def test_an_approval_takes_the_place_of_an_older_one_for_the_same(environment: Environment, s3: Any) -> None:
    for until in ("2026-12-31", "2027-01-31"):
        run(environment, "approve", "Name.birthYear", "--reason", "the old app is gone", "--until", until)
    content = json.loads(s3.get_object(Bucket=BUCKET, Key=operator.APPROVALS)["Body"].read())
    assert [one["until"] for one in content["approvals"]] == ["2027-01-31"]
