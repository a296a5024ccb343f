"""What the demonstration's report counts."""

from datetime import UTC, datetime

from milkrun.demo.report import restored_time, verdict_time
from milkrun.release.history import StepView, StopView


def at(second: int) -> str:
    return datetime(2026, 3, 1, 12, 0, second, tzinfo=UTC).isoformat()


def a_stop(*steps: StepView) -> StopView:
    return StopView("cell-1", "cells", "fail", "", "pass", at(0), at(30), 40, 1, 9, topped_up=False, steps=steps)


def test_a_cell_is_restored_when_its_old_code_is_seen_to_run_and_not_when_the_failures_end() -> None:
    stop = a_stop(
        StepView("bake", at(5), at(9), "fail", ""),
        StepView("back-deploy", at(9), at(11), "pass", ""),
        StepView("back-verify", at(11), at(12), "pass", ""),
    )

    assert verdict_time(stop) == datetime.fromisoformat(at(9)).timestamp()
    assert restored_time(stop) == datetime.fromisoformat(at(12)).timestamp()


def test_a_cell_that_is_not_back_has_no_time_to_restore() -> None:
    assert restored_time(a_stop(StepView("back-verify", at(11), at(12), "fail", ""))) is None
