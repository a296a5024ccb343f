"""`milkrun fleet`: what fleet.yaml says, checked."""

import json
from dataclasses import asdict
from typing import Annotated

import typer
from rich.table import Table

from milkrun.console import printer
from milkrun.environment import Environment

app = typer.Typer(no_args_is_help=True, help="Look at the fleet: accounts, services, and the order of their stops.")


@app.command()
def check(context: typer.Context) -> None:
    """Say whether fleet.yaml is right; if not, where it is wrong and how to mend it."""
    environment: Environment = context.obj
    fleet = environment.fleet
    typer.echo(f"fleet.yaml is right: {len(fleet.accounts)} accounts, {len(fleet.services)} services.")


@app.command()
def stops(
    context: typer.Context,
    service: Annotated[str, typer.Argument(help="A service, e.g. fulfillment/pack")],
    as_json: Annotated[bool, typer.Option("--json", help="For machines")] = False,
) -> None:
    """Show a service's stops: the waves in order, their targets, and the bake that each must pass."""
    environment: Environment = context.obj
    waves = environment.fleet.stops(service)
    if as_json:
        typer.echo(json.dumps([{**asdict(wave), "bake": wave.bake.model_dump()} for wave in waves], indent=2))
        return
    table = Table("wave", "target", "account", "Region", "bake", title=f"{service}, stop by stop", title_justify="left")
    for number, wave in enumerate(waves, 1):
        for target in wave.targets:
            bake = f"{wave.bake.seconds} s and {wave.bake.min_requests} requests"
            table.add_row(str(number), target.name, target.account_id, target.region, bake)
    printer().print(table)
