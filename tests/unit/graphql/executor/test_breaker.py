"""A breaker's life, step by step."""

from milkrun_graph.executor.breaker import Breaker, BreakerPolicy, State

POLICY = BreakerPolicy(failure_share=0.5, minimum_calls=4, window_seconds=10, open_seconds=5)


def state(breaker: Breaker) -> str:
    return breaker.state.value


def ended(breaker: Breaker, now: float, *failed: bool) -> None:
    for each in failed:
        permit = breaker.permit(now)
        assert permit is not None
        (breaker.failed if each else breaker.succeeded)(permit, now)


def opened(now: float = 0.0) -> Breaker:
    breaker = Breaker(POLICY)
    ended(breaker, now, True, True, True, True)
    assert state(breaker) == State.OPEN
    return breaker


def test_half_of_enough_calls_opens_it() -> None:
    breaker = Breaker(POLICY)
    ended(breaker, 0, False, False, True)
    assert state(breaker) == State.CLOSED
    ended(breaker, 1, True)
    assert state(breaker) == State.OPEN


def test_what_is_older_than_the_window_is_forgotten() -> None:
    breaker = Breaker(POLICY)
    ended(breaker, 0, True, True, True)
    ended(breaker, 12, True, False, False)
    assert state(breaker) == State.CLOSED
    ended(breaker, 12, True)
    assert state(breaker) == State.OPEN


def test_an_open_breaker_lets_one_probe_through_after_its_time() -> None:
    breaker = opened()
    assert breaker.permit(4.9) is None
    assert breaker.permit(5) is not None
    assert breaker.permit(5) is None


def test_a_probe_that_succeeds_closes_it_with_a_clean_slate() -> None:
    breaker = opened()
    ended(breaker, 5, False)
    assert state(breaker) == State.CLOSED
    ended(breaker, 5, True, True, True)
    assert state(breaker) == State.CLOSED


def test_a_probe_that_fails_opens_it_for_its_whole_time() -> None:
    breaker = opened()
    ended(breaker, 6, True)
    assert breaker.permit(10.9) is None
    assert breaker.permit(11) is not None


def test_a_probe_that_was_given_up_leaves_its_place_to_another() -> None:
    breaker = opened()
    permit = breaker.permit(5)
    assert permit is not None
    breaker.gave_up(permit)
    assert breaker.permit(5) is not None


def test_calls_from_before_it_opened_do_not_decide_about_it() -> None:
    breaker = Breaker(POLICY)
    late = breaker.permit(0)
    assert late is not None
    ended(breaker, 0, True, True, True, True)
    breaker.succeeded(late, 1)
    assert breaker.permit(1) is None
    probe = breaker.permit(5)
    assert probe is not None
    breaker.failed(late, 5)
    breaker.succeeded(probe, 5)
    assert state(breaker) == State.CLOSED
