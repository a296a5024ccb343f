"""How the patches write metric points: many a second, without losing or hoarding any.

The emulator keeps every point for two weeks and rebuilds its lists at each request, so that a point written meanwhile
is lost. Here equal values of one second become one point with a count, and writing and clearing out exclude each other.
"""

import threading
from collections.abc import Mapping
from typing import Any

from milkrun.local.patches import hooks

_lock = threading.Lock()
_LOOK_BACK = 16


def apply() -> None:
    """Make clearing out and writing exclude each other."""
    hooks.when_imported(
        "ministack.services.cloudwatch",
        lambda module: hooks.wrap(module, "_evict_old_metrics", "", _exclusively),
    )


def _exclusively(real: Any) -> Any:
    def evict() -> None:
        with _lock:
            real()

    return evict


def record(namespace: str, dimensions: Mapping[str, str], values: Mapping[str, tuple[float, str]]) -> None:
    """Write one point per metric, now, for the account and Region whose request this is."""
    from ministack.services import cloudwatch  # type: ignore[import-not-found]  # noqa: PLC0415

    with _lock:
        for name, (value, unit) in values.items():
            points = cloudwatch._metric_bucket((namespace, name, cloudwatch._dims_key(dict(dimensions))))
            add_point(points, cloudwatch.time.time(), float(value), unit, dimensions)


def add_point(points: list[Any], now: float, value: float, unit: str, dimensions: Mapping[str, str]) -> None:
    """Append a point, or count it with one of the same second and value."""
    for point in reversed(points[-_LOOK_BACK:]):
        if int(point["Timestamp"]) != int(now):
            break
        if point.get("Value") == value and point.get("Unit") == unit and "_stat" not in point:
            point["Count"] = point.get("Count", 1.0) + 1.0
            return
    points.append({"Timestamp": now, "Value": value, "Unit": unit, "Dimensions": dict(dimensions)})
