"""How a request's time divides into its fetches and the gateway's own work."""

from collections.abc import Iterable

type Interval = tuple[float, float]
"""Beginning and end, on one clock."""


def covered(intervals: Iterable[Interval]) -> float:
    """Seconds in which at least one of the intervals ran."""
    total, end = 0.0, float("-inf")
    for began, ended in sorted(intervals):
        if ended > end:
            total += ended - max(began, end)
            end = ended
    return total


def stages(intervals: Iterable[Interval]) -> int:
    """How many of them had to run one after another: the most that do not overlap."""
    count, end = 0, float("-inf")
    for began, ended in sorted(intervals, key=lambda interval: interval[1]):
        if began >= end:
            count += 1
            end = ended
    return count
