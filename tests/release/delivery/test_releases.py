"""Releases as an operator sees them: what passes, what is stopped where, and what runs afterwards."""

import pytest

from milkrun.release.errors import ReleaseInProgress
from tests.support.releases import Given, Then, When

ALL = ("preprod", "cell-1", "cell-2", "cell-3")
CODE, SMOKE, TEMPLATE = "greeter/api.py", "greeter/smoke.py", "template.yaml"


def test_a_good_release_passes_every_stop_in_order(given: Given, when: When, then: Then) -> None:
    given.a_service_that_runs_everywhere()
    when.its_source_changes(CODE, '"one"', '"two"')
    with given.traffic_at("cell-1", "cell-2", "cell-3"):
        release = when.it_is_released()

    assert release.verdict == "pass", release.why
    assert then.verdicts() == dict.fromkeys(ALL, "pass")
    assert [stop.started for stop in release.stops] == sorted(stop.started for stop in release.stops)
    assert all(stop.requests >= 20 for stop in release.stops if stop.target != "preprod")
    assert {then.version_in(target) for target in ALL} == {"two"}
    assert then.no_lock_is_held()


def test_a_release_that_fails_its_smoke_test_goes_back_there_and_stops(given: Given, when: When, then: Then) -> None:
    first = given.a_service_that_runs_everywhere()
    when.its_source_changes(CODE, '"one"', '"two"')
    when.its_source_changes(SMOKE, "= ()", '= ("cell-2",)')
    with given.traffic_at("cell-1"):
        release = when.it_is_released()

    assert release.verdict == "fail"
    assert then.verdicts() == {"preprod": "pass", "cell-1": "pass", "cell-2": "fail", "cell-3": "skipped"}
    assert release.stop("cell-2").way_back == "pass"
    assert "does not greet in cell-2" in release.why
    assert [then.version_in(target) for target in ALL] == ["two", "two", "one", "one"]
    assert then.release_parameter_in("cell-2") == first.release_id
    assert then.no_lock_is_held()


def test_a_sick_version_is_stopped_at_the_first_cell_with_traffic(given: Given, when: When, then: Then) -> None:
    given.a_service_that_runs_in("preprod", "cell-1", "cell-2")
    when.its_source_changes(CODE, "def handler", "import random\n\n\ndef handler")
    when.its_source_changes(
        CODE,
        "    if table",
        '    if random.random() < 0.5 and not event.get("synthetic"):\n        raise ValueError\n    if table',
    )
    with given.traffic_at("cell-1", "cell-2"):
        release = when.it_is_released(targets=("preprod", "cell-1", "cell-2"))

    assert then.verdicts() == {"preprod": "pass", "cell-1": "fail", "cell-2": "skipped"}
    assert release.stop("cell-1").way_back == "pass"
    assert release.stop("cell-1").errors >= 3
    assert then.version_in("cell-1") == "one"


def test_a_change_that_would_replace_a_table_is_refused_before_it_happens(given: Given, when: When, then: Then) -> None:
    given.a_service_that_runs_in("preprod")
    when.its_source_changes(TEMPLATE, "AttributeName: name", "AttributeName: who")
    release = when.it_is_released(targets=("preprod", "cell-1"))

    assert then.verdicts() == {"preprod": "fail", "cell-1": "skipped"}
    assert "GreetingTable (AWS::DynamoDB::Table)" in release.why
    assert release.stop("preprod").step("deploy") is None
    assert then.version_in("preprod") == "one"
    assert then.no_lock_is_held()


def test_too_little_traffic_is_inconclusive_and_does_not_promote(given: Given, when: When, then: Then) -> None:
    given.a_service_that_runs_in("cell-1", "cell-2")
    when.its_source_changes(CODE, '"one"', '"two"')
    release = when.it_is_released(targets=("cell-1", "cell-2"))

    assert then.verdicts() == {"cell-1": "inconclusive", "cell-2": "skipped"}
    assert "too few to tell" in release.why
    assert then.version_in("cell-1") == "one"


def test_thin_traffic_is_topped_up_by_the_smoke_test_where_the_pipeline_says_so(
    given: Given, when: When, then: Then
) -> None:
    given.a_pipeline_that_tops_up_thin_traffic()
    given.a_service_that_runs_in("cell-1")
    when.its_source_changes(CODE, '"one"', '"two"')
    release = when.it_is_released(targets=("cell-1",))

    assert then.verdicts() == {"cell-1": "pass"}, release.why
    assert release.stop("cell-1").topped_up
    assert release.stop("cell-1").requests >= 20


def test_a_second_release_of_a_service_has_to_wait_for_the_first(given: Given, when: When, then: Then) -> None:
    given.a_service_that_runs_in("cell-1")
    when.its_source_changes(CODE, '"one"', '"two"')
    running = when.it_is_started(targets=("cell-1",))

    with pytest.raises(ReleaseInProgress, match=running):
        when.it_is_started()
    assert when.it_is_started(targets=("cell-1",), release_id=running) == running
    with given.traffic_at("cell-1"):
        assert when.it_ends(running).verdict == "pass"


def test_a_first_release_that_never_worked_leaves_its_table_for_a_person(when: When, then: Then) -> None:
    when.its_source_changes(SMOKE, "= ()", '= ("preprod",)')
    release = when.it_is_released()

    assert then.verdicts()["preprod"] == "error"
    assert "GreetingTable" in release.stop("preprod").way_back
    assert then.no_lock_is_held()
