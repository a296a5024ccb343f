"""The commands of `milkrun release`, typed on a cloud where something was released."""

import json
from typing import Any

import pytest
from typer.testing import CliRunner

from milkrun.cli.release import app
from milkrun.release.errors import NoSuchArtifact, NoSuchRelease, ReleaseNotPassed
from tests.support.releases import Given, Scenario, When


def typed(story: Scenario, *words: str) -> Any:
    return CliRunner().invoke(app, list(words), obj=story.environment)


def test_what_passed_is_shown_the_same_by_every_command(given: Given, story: Scenario) -> None:
    passed = given.a_service_that_runs_in("cell-1")

    assert "cell-1" in typed(story, "status", story.service).stdout
    assert json.loads(typed(story, "show", passed.release_id, "--json").stdout)["verdict"] == "pass"
    (line,) = json.loads(typed(story, "history", story.service, "--json").stdout)
    assert line["release_id"] == passed.release_id
    watched = typed(story, "watch", passed.release_id)
    assert watched.exit_code == 0
    assert watched.stdout.splitlines()[-1] == f"{passed.release_id} pass: healthy in 1 of 1 targets"


def test_watching_a_release_that_stopped_ends_with_an_error(when: When, story: Scenario) -> None:
    when.its_source_changes("greeter/smoke.py", "= ()", '= ("cell-1",)')
    stopped = when.it_is_released(targets=("cell-1",))

    watched = typed(story, "watch", stopped.release_id)
    assert isinstance(watched.exception, ReleaseNotPassed)
    assert "stopped at cell-1" in str(watched.exception)


@pytest.mark.parametrize(
    ("words", "error"),
    [
        pytest.param(("show", "no-such-release"), NoSuchRelease, id="no-such-release"),
        pytest.param(("start", "SERVICE", "--artifact", "0123456789ab"), NoSuchArtifact, id="no-such-artifact"),
        pytest.param(("watch", "SERVICE"), NoSuchRelease, id="nothing-released-yet"),
    ],
)
def test_what_is_not_there_is_said_plainly(story: Scenario, words: tuple[str, ...], error: type[Exception]) -> None:
    result = typed(story, *(story.service if word == "SERVICE" else word for word in words))
    assert isinstance(result.exception, error)
