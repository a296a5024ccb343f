"""The arithmetic of alarms, against CloudWatch's own tables ("how CloudWatch alarms treat missing data")."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from milkrun.local.patches.alarm_rules import AlarmRule, State, breaches, period_of

POINTS: dict[str, bool | None] = {"0": False, "X": True, "-": None}


def judge(oldest_first: str, rule: AlarmRule, present: State = "OK") -> str:
    return rule.state_after([POINTS[point] for point in reversed(oldest_first.split())], present)


@pytest.mark.parametrize(
    ("points", "missing", "ignore", "breaching", "not_breaching"),
    [
        ("0 - X - X", "OK", "OK", "OK", "OK"),
        ("- - - - 0", "OK", "OK", "OK", "OK"),
        ("- - - - -", "INSUFFICIENT_DATA", "kept", "ALARM", "OK"),
        ("0 X X - X", "ALARM", "ALARM", "ALARM", "ALARM"),
        ("- - X - -", "ALARM", "kept", "ALARM", "OK"),
    ],
)
def test_three_out_of_three(points: str, missing: str, ignore: str, breaching: str, not_breaching: str) -> None:
    present: State = "INSUFFICIENT_DATA"
    expected = {"missing": missing, "ignore": ignore, "breaching": breaching, "notBreaching": not_breaching}
    for treatment, state in expected.items():
        wanted = present if state == "kept" else state
        assert judge(points, AlarmRule(3, 3, treatment), present) == wanted, treatment


@pytest.mark.parametrize(
    ("points", "missing", "ignore", "breaching", "not_breaching"),
    [
        ("0 - X - X", "ALARM", "ALARM", "ALARM", "ALARM"),
        ("0 0 X 0 X", "ALARM", "ALARM", "ALARM", "ALARM"),
        ("0 - X - -", "OK", "OK", "ALARM", "OK"),
        ("- - - - 0", "OK", "OK", "ALARM", "OK"),
        ("- - - - X", "ALARM", "kept", "ALARM", "OK"),
    ],
)
def test_two_out_of_three(points: str, missing: str, ignore: str, breaching: str, not_breaching: str) -> None:
    present: State = "INSUFFICIENT_DATA"
    expected = {"missing": missing, "ignore": ignore, "breaching": breaching, "notBreaching": not_breaching}
    for treatment, state in expected.items():
        wanted = present if state == "kept" else state
        assert judge(points, AlarmRule(3, 2, treatment), present) == wanted, treatment


@given(st.lists(st.sampled_from([True, False]), min_size=3, max_size=9), st.integers(1, 3))
def test_with_whole_data_the_treatment_of_missing_data_does_not_matter(points: list[bool], needed: int) -> None:
    treatments = ("missing", "ignore", "breaching", "notBreaching")
    states = {AlarmRule(3, needed, treatment).state_after(points, "OK") for treatment in treatments}
    assert states == {"ALARM" if sum(points[:3]) >= needed else "OK"}


@pytest.mark.parametrize(
    ("operator", "values"),
    [
        ("GreaterThanThreshold", (False, False, True)),
        ("GreaterThanOrEqualToThreshold", (False, True, True)),
        ("LessThanThreshold", (True, False, False)),
        ("LessThanOrEqualToThreshold", (True, True, False)),
    ],
)
def test_each_operator_knows_its_side(operator: str, values: tuple[bool, ...]) -> None:
    assert tuple(breaches(operator, value, 1) for value in (0, 1, 2)) == values


def test_periods_are_counted_back_from_now() -> None:
    assert [period_of(100 - ago, 100, 10) for ago in (0, 9.9, 10, 25, -1)] == [0, 0, 1, 2, -1]
