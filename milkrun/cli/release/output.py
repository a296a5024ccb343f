"""How releases look: data on stdout as a table for people or JSON for machines, talk on stderr."""

import json
from collections.abc import Iterable
from dataclasses import asdict
from typing import Any

import typer
from rich.box import SIMPLE
from rich.table import Table
from rich.text import Text

from milkrun.console import printer
from milkrun.release.history import STEPS, ReleaseView, StepView, StopView

talk = printer(stderr=True)
_WHY = 120
# Lock and record only keep the books; `milkrun release show` lists them.
_SHOWN = tuple(name for name in STEPS if name not in {"lock", "record"})
_COLORS = {"pass": "green", "fail": "red", "error": "red", "inconclusive": "yellow", "running": "cyan"}


def say_json(data: object) -> None:
    typer.echo(json.dumps(data, indent=2))


def as_data(view: ReleaseView) -> dict[str, Any]:
    """A release for machines."""
    stops = [
        {
            **asdict(stop),
            "seconds": stop.seconds,
            "steps": [asdict(step) | {"seconds": step.seconds} for step in stop.steps],
        }
        for stop in view.stops
    ]
    return {**asdict(view), "stops": stops, "version": view.version, "seconds": view.seconds}


def verdict_of(verdict: str, otherwise: str = "") -> Text:
    return Text(verdict or otherwise, style=_COLORS.get(verdict, "dim"))


def stops_table(view: ReleaseView) -> Table:
    """Stops as rows, steps as columns, each cell the seconds that the step took, or how it ended."""
    state = view.verdict or view.state
    title = f"{view.release_id}  {view.version}  [{_COLORS.get(view.verdict, 'cyan')}]{state}[/]"
    table = Table(title=title, title_justify="left", box=SIMPLE, padding=(0, 1, 0, 0))
    table.add_column("stop", no_wrap=True, min_width=max(len(stop.target) for stop in view.stops))
    for name in (*_SHOWN, "back", "failed"):
        table.add_column(name, no_wrap=True)
    table.add_column("verdict", no_wrap=True, min_width=len("verdict"))
    for stop in view.stops:
        counted = f"{stop.errors}/{stop.requests}" if stop.watched_seconds else ""
        steps = [_step(stop.step(name)) for name in _SHOWN]
        table.add_row(stop.target, *steps, _way_back(stop), counted, verdict_of(stop.verdict, "…"))
    return table


def _step(step: StepView | None) -> Text:
    if step is None:
        return Text("")
    color = _COLORS.get(step.verdict, "dim")
    if step.verdict == "running":
        return Text("…", style=color)
    return Text(f"{step.seconds or 0:.1f}" if step.verdict == "pass" else step.verdict, style=color)


def _way_back(stop: StopView) -> Text:
    back = [step for step in stop.steps if step.name.startswith("back-")]
    if not back:
        return Text("")
    if stop.way_back == "pass":
        return Text("back", style="green")
    return Text("stuck" if stop.way_back else "…", style="red" if stop.way_back else "cyan")


def history_table(views: Iterable[ReleaseView]) -> Table:
    """One line per release."""
    table = Table(box=SIMPLE, padding=(0, 1, 0, 0))
    for name, width in (("release", 38), ("version", 12), ("took", 5), ("verdict", 7)):
        table.add_column(name, no_wrap=True, width=width)
    table.add_column("why")
    for view in views:
        took = f"{view.seconds:.0f} s" if view.seconds is not None else ""
        verdict = verdict_of(view.verdict, view.state)
        table.add_row(view.release_id, view.version, took, verdict, Text(view.why[:_WHY]))
    return table


def events(before: ReleaseView | None, after: ReleaseView) -> Iterable[str]:
    """What happened between two looks, one line each, for where no live table can be shown."""
    known = {(stop.target, step.name): step.verdict for stop in before.stops for step in stop.steps} if before else {}
    for stop in after.stops:
        for step in stop.steps:
            if step.verdict != "running" and known.get((stop.target, step.name)) != step.verdict:
                yield f"{stop.target:<16} {step.name:<12} {step.verdict:<6} {step.seconds or 0:6.1f} s  {step.detail}"
