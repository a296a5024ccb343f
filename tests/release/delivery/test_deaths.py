"""Executions that end without running their own catches: the janitor settles what they leave."""

from milkrun.release.abort import abort
from tests.support.releases import Given, Scenario, Then, When


def test_an_aborted_release_frees_its_locks_and_says_so(given: Given, when: When, then: Then, story: Scenario) -> None:
    given.a_service_that_runs_in("cell-1")
    when.its_source_changes("greeter/api.py", '"one"', '"two"')
    running = when.it_is_started(targets=("cell-1",))
    when.it_reaches(running, lambda view: view.stop("cell-1").step("bake") is not None)

    assert abort(story.environment, running, "enough")
    release = when.it_ends(running)
    assert release.verdict == "error"
    assert "aborted" in release.why
    when.its_locks_are_free()
    assert then.verdicts_now() == {"cell-1": "error"}

    with given.traffic_at("cell-1"):
        assert when.it_is_released(targets=("cell-1",)).verdict == "pass"


def test_a_release_that_has_ended_cannot_be_aborted(given: Given, story: Scenario) -> None:
    ended = given.a_service_that_runs_in("cell-1")
    assert not abort(story.environment, ended.release_id, "too late")
