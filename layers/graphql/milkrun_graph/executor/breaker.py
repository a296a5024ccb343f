"""When to stop asking a subgraph that fails: a circuit breaker, pure.

Times are seconds of any clock that only goes forward.

Closed: calls are counted in a rolling window; enough of them, and too large a share of failures, opens it.
Open: nothing passes for a while.  Then half open: few probes pass; one failure opens it again, success closes it.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from enum import StrEnum

# Parts of the window: outcomes are forgotten one part at a time.
PARTS = 10


@dataclass(frozen=True, slots=True)
class BreakerPolicy:
    """``failure_share`` (0 to 1) of at least ``minimum_calls`` ended calls in ``window_seconds`` opens the breaker."""

    failure_share: float = 0.5
    minimum_calls: int = 20
    window_seconds: float = 10.0
    open_seconds: float = 5.0
    probes: int = 1


class State(StrEnum):
    """What a breaker does with calls."""

    CLOSED = "closed"
    OPEN = "open"
    HALF_OPEN = "half_open"


type Permit = int
"""What a call that may pass is remembered by: calls from before a change of state say nothing about the new one."""


@dataclass(slots=True)
class _Part:
    until: float
    calls: int = 0
    failures: int = 0


class Breaker:
    """The state of one subgraph.  Whoever is permitted reports once: ``succeeded``, ``failed`` or ``gave_up``."""

    def __init__(self, policy: BreakerPolicy) -> None:
        self._policy = policy
        self._parts: deque[_Part] = deque()
        self._state = State.CLOSED
        self._turn: Permit = 0
        self._opened_at = 0.0
        self._probing = 0

    @property
    def state(self) -> State:
        """The state as of the last question or report."""
        return self._state

    def permit(self, now: float) -> Permit | None:
        """What to report with, or None if the call may not pass."""
        if self._state is State.OPEN and now >= self._opened_at + self._policy.open_seconds:
            self._become(State.HALF_OPEN)
        if self._state is State.CLOSED:
            return self._turn
        if self._state is State.OPEN or self._probing >= self._policy.probes:
            return None
        self._probing += 1
        return self._turn

    def succeeded(self, permit: Permit, now: float) -> None:
        if permit != self._turn:
            return
        if self._state is State.HALF_OPEN:
            self._become(State.CLOSED)
        else:
            self._part(now).calls += 1

    def failed(self, permit: Permit, now: float) -> None:
        if permit != self._turn:
            return
        if self._state is State.CLOSED:
            part = self._part(now)
            part.calls += 1
            part.failures += 1
            if not self._too_many(now):
                return
        self._opened_at = now
        self._become(State.OPEN)

    def gave_up(self, permit: Permit) -> None:
        """The call ended for a reason that says nothing about the subgraph."""
        if permit == self._turn and self._state is State.HALF_OPEN:
            self._probing -= 1

    def _become(self, state: State) -> None:
        self._state = state
        self._turn += 1
        self._probing = 0
        self._parts.clear()

    def _part(self, now: float) -> _Part:
        """The part of the window that outcomes are counted in now."""
        parts = self._parts
        if not parts or parts[-1].until <= now:
            self._forget(now)
            parts.append(_Part(now + self._policy.window_seconds / PARTS))
        return parts[-1]

    def _forget(self, now: float) -> None:
        parts, oldest = self._parts, now - self._policy.window_seconds
        while parts and parts[0].until <= oldest:
            parts.popleft()

    def _too_many(self, now: float) -> bool:
        self._forget(now)
        calls = sum(part.calls for part in self._parts)
        failures = sum(part.failures for part in self._parts)
        return calls >= self._policy.minimum_calls and failures >= self._policy.failure_share * calls
