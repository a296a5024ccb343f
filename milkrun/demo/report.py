"""What the demonstration showed, in figures: per cell what was served and what failed, and how fast a fault ended."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from rich.table import Table

from milkrun.demo.traffic import Answer
from milkrun.release.history import ReleaseView, StopView


@dataclass(frozen=True)
class CellReport:
    """One cell while one release went on.  Seconds; None where nothing failed.

    ``detect`` runs from the first failed answer to the verdict of the release machine, ``restore`` from the first
    failed answer until the version before is seen to run again.
    """

    cell: str
    served: int
    failed: int
    verdict: str
    detect: float | None
    restore: float | None
    first_problem: str = ""


def judge_cells(cells: Sequence[str], answers: Sequence[Answer], view: ReleaseView) -> list[CellReport]:
    """The report of every cell over the answers to requests that were sent while the release went on."""
    return [_judge(cell, [one for one in answers if one.place == cell], view) for cell in cells]


def _judge(cell: str, answers: list[Answer], view: ReleaseView) -> CellReport:
    stop = view.stop(cell)
    failed = sorted((one for one in answers if not one.ok), key=lambda one: one.answered)
    verdict = f"{stop.verdict}, rolled back" if stop.way_back == "pass" else stop.verdict
    if not failed:
        return CellReport(cell, len(answers), 0, verdict, None, None)
    first = failed[0].answered
    detected, restored = verdict_time(stop), restored_time(stop)
    return CellReport(
        cell,
        len(answers) - len(failed),
        len(failed),
        verdict,
        None if detected is None else max(0.0, detected - first),
        None if restored is None else max(0.0, restored - first),
        failed[0].problem,
    )


def verdict_time(stop: StopView) -> float | None:
    """When the machine decided that the stop had failed, in seconds since the epoch."""
    ended = [step.ended for step in stop.steps if step.verdict not in {"pass", "running"} and step.ended]
    return datetime.fromisoformat(min(ended)).timestamp() if ended else None


def restored_time(stop: StopView) -> float | None:
    """When the version before was seen to run again, in seconds since the epoch."""
    step = stop.step("back-verify")
    return datetime.fromisoformat(step.ended).timestamp() if step and step.verdict == "pass" and step.ended else None


def table(title: str, cells: Sequence[CellReport]) -> Table:
    """For people."""
    found = Table("cell", "served", "failed", "release", "time to detect", "time to restore", title=title)
    found.title_justify = "left"
    for cell in cells:
        color = "red" if cell.failed else "green"
        found.add_row(
            cell.cell,
            str(cell.served),
            f"[{color}]{cell.failed}",
            cell.verdict,
            _text(cell.detect),
            _text(cell.restore),
        )
    return found


def _text(seconds: float | None) -> str:
    return "-" if seconds is None else f"{seconds:.1f} s"
