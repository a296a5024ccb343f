"""`milkrun release watch`: a release, live, until it has its verdict."""

import typer
from rich.live import Live

from milkrun.cli.release.arguments import AsJson, ReleaseOrService
from milkrun.cli.release.output import as_data, events, say_json, stops_table
from milkrun.console import printer
from milkrun.environment import Environment
from milkrun.release.delivery import Delivery
from milkrun.release.history import ReleaseView, resolve
from milkrun.release.watch import require_passed, wait_for


def watch(context: typer.Context, release: ReleaseOrService = None, as_json: AsJson = False) -> None:
    """Follow a release until it has its verdict; exit code 0 if it passed, 1 if it stopped."""
    environment: Environment = context.obj
    identity = resolve(Delivery(environment), release)
    console = printer()
    if as_json:
        view = wait_for(environment, identity)
        say_json(as_data(view))
    elif console.is_terminal:
        with Live(console=console, auto_refresh=False) as live:
            view = wait_for(environment, identity, lambda seen: live.update(stops_table(seen), refresh=True))
    else:
        view = _line_by_line(environment, identity)
    require_passed(view)


def _line_by_line(environment: Environment, identity: str) -> ReleaseView:
    last: list[ReleaseView | None] = [None]

    def tell(view: ReleaseView) -> None:
        for line in events(last[0], view):
            typer.echo(line)
        last[0] = view

    view = wait_for(environment, identity, tell)
    typer.echo(f"{view.release_id} {view.verdict}: {view.why}")
    return view
