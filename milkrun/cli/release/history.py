"""`milkrun release history`: what was released, newest first."""

from typing import Annotated

import typer

from milkrun.cli.release.arguments import AsJson
from milkrun.cli.release.output import as_data, history_table, say_json
from milkrun.console import printer
from milkrun.environment import Environment
from milkrun.release import history as releases
from milkrun.release.delivery import Delivery


def history(
    context: typer.Context,
    service: Annotated[str | None, typer.Argument(help="A service; all of them if left out")] = None,
    limit: Annotated[int, typer.Option(min=1, max=500, help="How many of each service")] = 20,
    as_json: AsJson = False,
) -> None:
    """List the latest releases of a service, or of all, with their verdicts."""
    environment: Environment = context.obj
    delivery = Delivery(environment)
    if service is not None:
        environment.fleet.service(service)
    services = [service] if service else list(environment.fleet.services)
    found = [view for each in services for view in releases.history(delivery, each, limit)]
    found.sort(key=lambda view: view.created, reverse=True)
    if as_json:
        say_json([as_data(view) for view in found])
    else:
        printer().print(history_table(found))
