"""The verdict over an updated target, at the borders that decide it."""

from dataclasses import replace

import pytest
from delivery.domain.judge import Signal, Verdict, judge, needs_top_up, window_start
from delivery.domain.plan import Bake

BAKE = Bake(seconds=60, min_requests=100, max_seconds=240, max_error_rate=0.01, period=10)


@pytest.mark.parametrize(
    ("elapsed", "requests", "errors", "verdict"),
    [
        pytest.param(59, 1000, 0, Verdict.WAITING, id="time-not-over"),
        pytest.param(60, 1000, 0, Verdict.PASS, id="time-over"),
        pytest.param(60, 99, 0, Verdict.WAITING, id="one-request-short"),
        pytest.param(60, 100, 0, Verdict.PASS, id="just-enough-requests"),
        pytest.param(240, 99, 0, Verdict.INCONCLUSIVE, id="too-few-to-the-end"),
        pytest.param(1, 10, 2, Verdict.WAITING, id="two-errors-may-be-chance"),
        pytest.param(1, 10, 3, Verdict.FAIL, id="three-errors-are-not"),
        pytest.param(60, 300, 3, Verdict.PASS, id="three-errors-at-the-limit"),
        pytest.param(60, 299, 3, Verdict.FAIL, id="three-errors-just-above-the-limit"),
        pytest.param(60, 100, 2, Verdict.WAITING, id="above-the-limit-waits-for-more-evidence"),
        pytest.param(240, 100, 2, Verdict.FAIL, id="above-the-limit-to-the-end"),
        pytest.param(1, 0, 5, Verdict.FAIL, id="errors-whose-requests-are-not-counted-yet"),
    ],
)
def test_judges_time_and_evidence(elapsed: float, requests: float, errors: float, verdict: Verdict) -> None:
    assert judge(BAKE, elapsed, [Signal("API", requests, errors)], []).verdict is verdict


def test_an_alarm_fails_at_once() -> None:
    look = judge(BAKE, 0, [], ["PackErrors"])
    assert look.verdict is Verdict.FAIL
    assert "PackErrors" in look.why


def test_a_sick_worker_fails_a_healthy_api_and_requests_are_not_counted_twice() -> None:
    look = judge(BAKE, 60, [Signal("API", 500, 0), Signal("function", 520, 20)], [])
    assert look.verdict is Verdict.FAIL
    assert look.requests == 500
    assert "function" in look.why


def test_a_stack_without_fronts_never_passes_a_bake_that_wants_requests() -> None:
    assert judge(BAKE, 240, [], []).verdict is Verdict.INCONCLUSIVE


def test_a_window_begins_with_the_first_whole_period_after_the_update() -> None:
    assert window_start(100.2, 60) == 120
    assert window_start(120.0, 60) == 120


@pytest.mark.parametrize(
    ("elapsed", "requests", "needed"),
    [
        pytest.param(59, 0, False, id="the-bake-has-time-left"),
        pytest.param(60, 99, True, id="one-request-short"),
        pytest.param(60, 100, False, id="the-evidence-is-complete"),
    ],
)
def test_tops_up_what_is_missing_when_the_time_is_over(elapsed: float, requests: float, needed: bool) -> None:
    assert needs_top_up(replace(BAKE, top_up=True), elapsed, requests) is needed


def test_never_tops_up_unasked() -> None:
    assert not needs_top_up(BAKE, 60, 0)
