"""Whether an updated target is healthy: arithmetic over counts, no metric math, no alarm state alone.

Passing takes time *and* evidence.  Failing takes neither: as soon as the errors are too many to be chance, the
verdict is out.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from delivery.domain.plan import Bake

FEWEST_ERRORS = 3
"""Fewer errors than this prove nothing: one unlucky request of ten would be a rate of 10 %."""


class Verdict(StrEnum):
    """What a look at a target's health says; only PASS promotes."""

    WAITING = "waiting"
    PASS = "pass"  # noqa: S105 - a verdict, not a secret
    FAIL = "fail"
    INCONCLUSIVE = "inconclusive"


@dataclass(frozen=True)
class Signal:
    """Requests and errors of one kind of front, since the update."""

    name: str
    requests: float
    errors: float

    @property
    def rate(self) -> float:
        """Share of requests that failed; an error without a request counts as one."""
        total = max(self.requests, self.errors)
        return self.errors / total if total else 0.0

    def as_text(self) -> str:
        return f"{self.errors:g} errors in {self.requests:g} {self.name} requests ({self.rate:.2%})"


@dataclass(frozen=True)
class Look:
    """A verdict, and the words and figures that it rests on."""

    verdict: Verdict
    why: str
    requests: float
    errors: float


def judge(bake: Bake, elapsed: float, signals: Sequence[Signal], alarms: Sequence[str]) -> Look:
    """Judge a target ``elapsed`` seconds after its update.

    ``signals`` come in the order of their weight: the first one that exists counts the evidence (an API's requests
    before its functions' invocations, so that no request is counted twice), all of them are judged.
    """
    requests = signals[0].requests if signals else 0.0
    errors = max((each.errors for each in signals), default=0.0)

    def look(verdict: Verdict, why: str) -> Look:
        return Look(verdict, why, requests, errors)

    if alarms:
        return look(Verdict.FAIL, f"alarm in ALARM: {', '.join(alarms)}")
    sick = [each for each in signals if each.rate > bake.max_error_rate]
    if certain := [each for each in sick if each.errors >= FEWEST_ERRORS]:
        return look(Verdict.FAIL, f"{certain[0].as_text()}, more than {bake.max_error_rate:.2%}")
    enough = requests >= bake.min_requests
    if elapsed >= bake.seconds and enough and not sick:
        return look(Verdict.PASS, f"healthy for {elapsed:.0f} s, {requests:g} requests, {errors:g} errors")
    if elapsed < bake.max_seconds:
        return look(
            Verdict.WAITING, f"{elapsed:.0f} of {bake.seconds:g} s, {requests:g} of {bake.min_requests} requests"
        )
    if sick and enough:
        return look(Verdict.FAIL, f"{sick[0].as_text()}, more than {bake.max_error_rate:.2%}")
    why = f"{requests:g} of {bake.min_requests} requests in {elapsed:.0f} s: too few to tell"
    return look(Verdict.INCONCLUSIVE, why)


def needs_top_up(bake: Bake, elapsed: float, requests: float) -> bool:
    """Whether synthetic requests shall make up the evidence: the time is over, and real ones were too few."""
    return bake.top_up and elapsed >= bake.seconds and requests < bake.min_requests


def window_start(deployed_at: float, period: int) -> int:
    """The first full metric period after the update: an earlier one also counts requests of the old version."""
    return math.ceil(deployed_at / period) * period
