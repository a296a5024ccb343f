"""`milkrun release show`: everything about one release."""

import typer
from rich.console import Console
from rich.table import Table

from milkrun.cli.release.arguments import AsJson, ReleaseOrService
from milkrun.cli.release.output import as_data, say_json, stops_table
from milkrun.console import printer
from milkrun.environment import Environment
from milkrun.release.delivery import Delivery
from milkrun.release.history import ReleaseView, StopView, resolve
from milkrun.release.history import show as look_up


def show(context: typer.Context, release: ReleaseOrService = None, as_json: AsJson = False) -> None:
    """Show a release's tuple, every stop's verdict with its evidence, why it stopped, and what went back."""
    environment: Environment = context.obj
    delivery = Delivery(environment)
    view = look_up(delivery, resolve(delivery, release))
    if as_json:
        say_json(as_data(view))
        return
    console = printer()
    console.print(_tuple(view))
    console.print(stops_table(view))
    for stop in view.stops:
        _tell(console, stop)


def _tuple(view: ReleaseView) -> Table:
    table = Table(show_header=False, box=None)
    facts = {
        "release": view.release_id,
        "service": view.service,
        "artifact": view.artifact,
        "commit": view.commit,
        "started": f"{view.created} by {view.who}",
        "reason": view.reason,
        "verdict": f"{view.verdict or view.state} {view.why}",
    }
    for name, value in facts.items():
        table.add_row(f"[bold]{name}[/]", value)
    return table


def _tell(console: Console, stop: StopView) -> None:
    console.print(f"\n[bold]{stop.target}[/] ({stop.wave}): {stop.verdict or 'not yet'} {stop.why}")
    if stop.watched_seconds:
        made = ", of them synthetic ones of the smoke test" if stop.topped_up else ""
        console.print(f"  evidence: {stop.requests} requests{made}, {stop.errors} errors in {stop.watched_seconds} s")
    if stop.way_back:
        console.print(f"  way back: {'on its previous version' if stop.way_back == 'pass' else stop.way_back}")
    for step in stop.steps:
        console.print(f"  {step.name:<12} {step.verdict:<8} {step.seconds or 0:6.1f} s  {step.detail}", markup=False)
