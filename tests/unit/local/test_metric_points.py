"""Writing metric points without hoarding them."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from milkrun.local.patches.api_metrics import values_of
from milkrun.local.patches.metric_points import add_point
from milkrun.local.patches.weighted_aliases import pick

DIMENSIONS = {"FunctionName": "pack"}


@given(st.lists(st.tuples(st.floats(0, 5), st.sampled_from([0.0, 1.0]))))
def test_nothing_is_lost_by_counting_equal_points_together(written: list[tuple[float, float]]) -> None:
    points: list[Any] = []
    for now, value in sorted(written):
        add_point(points, now, value, "Count", DIMENSIONS)
    assert sum(point.get("Count", 1) for point in points) == len(written)
    assert sum(point["Value"] * point.get("Count", 1) for point in points) == sum(value for _, value in written)
    assert len(points) <= 2 * len({int(now) for now, _ in written})


def test_units_are_not_mixed() -> None:
    points: list[Any] = []
    add_point(points, 1.0, 1.0, "Count", DIMENSIONS)
    add_point(points, 1.5, 1.0, "Milliseconds", DIMENSIONS)
    assert len(points) == 2


def test_a_request_is_a_client_error_or_a_server_error_or_neither() -> None:
    counts = {status: values_of(status, 3.4) for status in (200, 307, 404, 502)}
    assert {status: (v["4XXError"][0], v["5XXError"][0]) for status, v in counts.items()} == {
        200: (0, 0),
        307: (0, 0),
        404: (1, 0),
        502: (0, 1),
    }
    assert counts[200]["Latency"] == (3.0, "Milliseconds")


def test_an_alias_picks_by_weight() -> None:
    alias = {"FunctionVersion": "1", "RoutingConfig": {"AdditionalVersionWeights": {"2": 0.1}}}
    assert [pick(alias, chance) for chance in (0.0, 0.09, 0.1, 0.99)] == ["2", "2", "1", "1"]
    assert pick({"FunctionVersion": "7"}, 0.0) == "7"
