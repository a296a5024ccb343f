"""Ships a good version and a bad one under steady traffic, and says what became of each."""

import itertools
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path

from milkrun.demo.changes import DEFECT, Change, good_change, scratch_copy
from milkrun.demo.orders import orders
from milkrun.demo.report import CellReport, judge_cells
from milkrun.demo.traffic import Ask, Load, Traffic
from milkrun.environment import Environment
from milkrun.progress import Steps
from milkrun.release.build import build
from milkrun.release.history import ReleaseView
from milkrun.release.start import start_release
from milkrun.release.watch import wait_for
from milkrun.seed import SERVICE, fcs_by_target, seed_boxes, service_url
from milkrun.up import where_it_is

PER_SECOND = 10.0
SEED = 20261123
# Before and after a release, so that the report also sees the cells at rest.
CALM_SECONDS = 3.0


@dataclass(frozen=True)
class Act:
    """One release of the demonstration: what was changed, what became of it, what the cells' clients saw."""

    title: str
    change: Change
    view: ReleaseView
    cells: tuple[CellReport, ...]


def demonstrate(environment: Environment, steps: Steps, per_second: float = PER_SECOND) -> tuple[Act, Act]:
    """The good act and the bad one.  The fleet ends on the good version."""
    with steps.step("Boxes of every warehouse"):
        seed_boxes(environment.fleet)
    good = good_change(time.strftime("%Y-%m-%d %H:%M:%S"))
    with _built(environment, steps, "good", good) as first, _built(environment, steps, "bad", DEFECT) as second:
        return (
            _act(environment, steps, "A good version", change=good, artifact=first, per_second=per_second),
            _act(environment, steps, "A version with a defect", change=DEFECT, artifact=second, per_second=per_second),
        )


@contextmanager
def _built(environment: Environment, steps: Steps, name: str, change: Change) -> Iterator[str]:
    with tempfile.TemporaryDirectory(prefix=f"milkrun-{name}-") as folder:
        with steps.step(f"Build the {name} version") as step:
            step.say(change.summary)
            source = scratch_copy(environment.root, Path(folder), change)
            digest = build(environment, SERVICE, source).digest
        yield digest


def _act(
    environment: Environment, steps: Steps, title: str, *, change: Change, artifact: str, per_second: float
) -> Act:
    fleet = environment.fleet
    fcs = fcs_by_target(fleet)
    cells = fleet.targets("cell")
    loads = (
        packing_load(cell.name, service_url(fleet, cell), fcs[cell.name], seed) for seed, cell in enumerate(cells, SEED)
    )
    traffic = Traffic(tuple(loads), per_second)
    with steps.step(title) as step, traffic.running():
        time.sleep(CALM_SECONDS)
        release = start_release(environment, SERVICE, artifact, why=f"make demo: {change.summary}")
        view = wait_for(environment, release, tell(step.say, traffic))
        time.sleep(CALM_SECONDS)
    return Act(title, change, view, tuple(judge_cells([cell.name for cell in cells], traffic.answers, view)))


def packing_load(cell: str, url: str, fcs: Sequence[str], seed: int) -> Load:
    """Orders of everyday goods for the FCs that a cell owns, one FC after the other."""
    made = orders(seed, f"demo-{int(time.time())}-{cell}")
    asks = (Ask(f"{url}/fcs/{fc}/packing-plans", order) for fc, order in zip(itertools.cycle(fcs), made, strict=False))
    return Load(cell, asks, lambda status, body: "" if status == HTTPStatus.CREATED else body or f"status {status}")


def tell(say: Callable[[str], None], traffic: Traffic) -> Callable[[ReleaseView], None]:
    """Shows, while a release goes on, where it is and what clients have seen."""

    def told(view: ReleaseView) -> None:
        answers = traffic.answers
        failed = sum(not one.ok for one in answers)
        say(f"{where_it_is(view)}; {len(answers)} requests, {failed} failed")

    return told
