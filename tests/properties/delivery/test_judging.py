"""What holds of every bake and of every loop of the machines."""

from delivery.domain.judge import FEWEST_ERRORS, Signal, Verdict, judge
from delivery.domain.pace import looks_within, pause
from delivery.domain.plan import Bake
from hypothesis import given
from hypothesis import strategies as st

bakes = st.builds(
    lambda seconds, more, least, rate: Bake(seconds, least, seconds + more, rate, 60),
    st.integers(0, 7200),
    st.integers(0, 7200),
    st.integers(0, 1000),
    st.floats(0, 0.5),
)
signals = st.lists(
    st.builds(Signal, st.just("API"), st.integers(0, 10_000), st.integers(0, 10_000)), min_size=1, max_size=3
)
elapsed = st.integers(0, 20_000)


@given(bakes, elapsed, signals)
def test_only_time_and_evidence_and_few_errors_together_pass(bake: Bake, seconds: int, seen: list[Signal]) -> None:
    look = judge(bake, seconds, seen, [])
    if look.verdict is Verdict.PASS:
        assert seconds >= bake.seconds
        assert seen[0].requests >= bake.min_requests
        assert all(each.rate <= bake.max_error_rate for each in seen)


@given(bakes, elapsed, signals)
def test_too_many_errors_never_wait(bake: Bake, seconds: int, seen: list[Signal]) -> None:
    if any(each.errors >= FEWEST_ERRORS and each.rate > bake.max_error_rate for each in seen):
        assert judge(bake, seconds, seen, []).verdict is Verdict.FAIL


@given(bakes, signals)
def test_no_bake_outlasts_its_limit(bake: Bake, seen: list[Signal]) -> None:
    assert judge(bake, bake.max_seconds, seen, []).verdict is not Verdict.WAITING


@given(bakes, elapsed, signals)
def test_more_healthy_requests_never_turn_a_pass_around(bake: Bake, seconds: int, seen: list[Signal]) -> None:
    if judge(bake, seconds, seen, []).verdict is Verdict.PASS:
        more = [Signal(each.name, each.requests + 100, each.errors) for each in seen]
        assert judge(bake, seconds, more, []).verdict is Verdict.PASS


@given(st.integers(1, 60), st.integers(1, 86_400), st.integers(2, 60))
def test_the_number_of_looks_grows_slowly_and_no_look_is_late_by_more_than_its_share(
    poll: int, limit: int, slowing: int
) -> None:
    linear = slowing + 1
    assert looks_within(poll, limit, slowing) <= linear + slowing * 14  # ln(86400) rounded up, with room for ceil()
    assert pause(poll, limit, slowing) <= max(poll, limit / slowing) + 1
