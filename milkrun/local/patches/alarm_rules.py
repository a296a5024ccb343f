"""The arithmetic of a metric alarm, as CloudWatch documents it. Pure: no clock, no emulator."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

State = Literal["OK", "ALARM", "INSUFFICIENT_DATA"]

# CloudWatch looks back further than the alarm's own periods, so that a late point is not taken for a missing one. Its
# documentation's examples show five periods for an alarm of three.
LOOK_BACK = 2

OPERATORS: dict[str, Callable[[float, float], bool]] = {
    "GreaterThanOrEqualToThreshold": lambda value, threshold: value >= threshold,
    "GreaterThanThreshold": lambda value, threshold: value > threshold,
    "LessThanThreshold": lambda value, threshold: value < threshold,
    "LessThanOrEqualToThreshold": lambda value, threshold: value <= threshold,
}


@dataclass(frozen=True)
class AlarmRule:
    """What an alarm asks for: `datapoints` breaching points out of `periods`."""

    periods: int
    datapoints: int
    missing: str

    def state_after(self, newest_first: Sequence[bool | None], present: State) -> State:
        """Judge breaching (True), fine (False) and missing (None) periods, newest first."""
        real = [point for point in newest_first if point is not None]
        if len(real) >= self.periods:
            return "ALARM" if sum(real[: self.periods]) >= self.datapoints else "OK"
        filled = {"breaching": True, "notBreaching": False}.get(self.missing)
        if filled is not None:
            points = [*real, *[filled] * (self.periods - len(real))]
            return "ALARM" if sum(points) >= self.datapoints else "OK"
        if self.missing == "ignore":
            return self._ignoring(real, present)
        if not real:
            return "INSUFFICIENT_DATA"
        return "ALARM" if sum(real) >= min(self.datapoints, len(real)) else "OK"

    def _ignoring(self, real: Sequence[bool], present: State) -> State:
        if sum(real) >= self.datapoints:
            return "ALARM"
        return "OK" if not all(real) else present


def breaches(operator: str, value: float, threshold: float) -> bool:
    """Whether a period's value is on the wrong side."""
    return OPERATORS[operator](value, threshold)


def period_of(timestamp: float, now: float, period: int) -> int:
    """How many whole periods ago a point was, 0 being the period that ends now; negative for one in the future."""
    return int((now - timestamp) // period)
