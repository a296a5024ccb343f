"""`milkrun release status`: where a release is now."""

import typer

from milkrun.cli.release.arguments import AsJson, ReleaseOrService
from milkrun.cli.release.output import as_data, say_json, stops_table
from milkrun.console import printer
from milkrun.environment import Environment
from milkrun.release.delivery import Delivery
from milkrun.release.history import resolve
from milkrun.release.history import show as look_up


def status(context: typer.Context, release: ReleaseOrService = None, as_json: AsJson = False) -> None:
    """Show where a release is, stop by stop, and come back at once."""
    environment: Environment = context.obj
    delivery = Delivery(environment)
    view = look_up(delivery, resolve(delivery, release))
    if as_json:
        say_json(as_data(view))
    else:
        printer().print(stops_table(view))
