"""The circuit breaker, over random calls: against a naive one that remembers everything, and what always holds."""

from dataclasses import dataclass, field

from hypothesis import given, settings
from hypothesis import strategies as st
from milkrun_graph.executor.breaker import PARTS, Breaker, BreakerPolicy, Permit, State

POLICIES = st.builds(
    BreakerPolicy,
    failure_share=st.sampled_from([0.1, 0.5, 1.0]),
    minimum_calls=st.integers(1, 6),
    window_seconds=st.sampled_from([5.0, 10.0]),
    open_seconds=st.sampled_from([1.0, 4.0]),
    probes=st.integers(1, 3),
)
STEPS = st.lists(
    st.tuples(st.sampled_from([0.0, 0.1, 0.7, 3.0]), st.sampled_from(["ask", "ask", "succeed", "fail", "give up"])),
    max_size=80,
)


@dataclass
class World:
    """A breaker, its clock, and the calls under way."""

    policy: BreakerPolicy
    now: float = 0.0
    under_way: list[Permit] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.breaker = Breaker(self.policy)

    def step(self, what: str) -> bool | None:
        """Do it; for a question, whether the call may pass."""
        if what == "ask":
            permit = self.breaker.permit(self.now)
            if permit is not None:
                self.under_way.append(permit)
            return permit is not None
        if self.under_way:
            permit = self.under_way.pop(0)
            if what == "succeed":
                self.breaker.succeeded(permit, self.now)
            elif what == "fail":
                self.breaker.failed(permit, self.now)
            else:
                self.breaker.gave_up(permit)
        return None


@settings(deadline=None)
@given(POLICIES, STEPS)
def test_an_open_breaker_refuses_until_its_time_is_over_and_then_lets_few_through(
    policy: BreakerPolicy, steps: list[tuple[float, str]]
) -> None:
    world, opened, turn = World(policy), 0.0, -1
    for pause, what in steps:
        world.now += pause
        before, probing = world.breaker.state, world.under_way.count(turn)
        passed = world.step(what)
        after = world.breaker.state
        if after is State.OPEN and before is not State.OPEN:
            opened = world.now
        if passed and before is State.OPEN:
            assert world.now >= opened + policy.open_seconds
            turn, probing = world.under_way[-1], 0
        if passed and after is State.HALF_OPEN:
            assert probing < policy.probes
        if passed is False:
            assert world.now < opened + policy.open_seconds or probing >= policy.probes


@settings(deadline=None)
@given(POLICIES, STEPS)
def test_it_opens_by_the_share_of_failures_in_the_window_and_by_nothing_else(
    policy: BreakerPolicy, steps: list[tuple[float, str]]
) -> None:
    world = World(policy)
    ended: list[tuple[float, bool]] = []
    for pause, what in steps:
        world.now += pause
        counts = world.under_way != [] and what in ("succeed", "fail")
        world.step(what)
        if world.breaker.state is not State.CLOSED:
            certain = [failed for at, failed in [*ended, (world.now, True)] if at > world.now - policy.window_seconds]
            possible = ended_within(ended, world.now, policy) + 1
            assert what == "fail"
            assert possible >= policy.minimum_calls
            assert any(certain)
            return
        if counts:
            ended.append((world.now, what == "fail"))
            surely = [failed for at, failed in ended if at > world.now - policy.window_seconds]
            forgotten = len(ended) - len(surely)
            if what == "fail" and forgotten == 0:  # with nothing near the window's edge the two must agree
                many = len(surely) >= policy.minimum_calls
                assert not (many and sum(surely) >= policy.failure_share * len(surely))


def ended_within(ended: list[tuple[float, bool]], now: float, policy: BreakerPolicy) -> int:
    """How many calls may still count: outcomes are forgotten in parts of the window."""
    oldest = now - policy.window_seconds * (1 + 1 / PARTS)
    return sum(at >= oldest for at, _ in ended)


@settings(deadline=None)
@given(st.integers(1, 200), st.integers(1, 20))
def test_fewer_calls_than_the_minimum_never_open_it(calls: int, more: int) -> None:
    breaker = Breaker(BreakerPolicy(minimum_calls=calls + more, window_seconds=1000))
    for at in range(calls):
        permit = breaker.permit(at / 1000)
        assert permit is not None
        breaker.failed(permit, at / 1000)
    assert breaker.state is State.CLOSED
