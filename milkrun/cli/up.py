"""`milkrun up`: the whole fleet on this machine."""

import os
from typing import Annotated

import typer

from milkrun.cli.status import table_of
from milkrun.console import printer
from milkrun.environment import Environment
from milkrun.local.cloud import DEFAULT_CLOUD_PORT, DEFAULT_EDGE_PORT
from milkrun.progress import Steps
from milkrun.report import urls_to_try, what_runs
from milkrun.seed import fcs_by_target
from milkrun.up import Ports, bring_up


def up(
    context: typer.Context,
    cloud_port: Annotated[
        int, typer.Option(envvar="MILKRUN_CLOUD_PORT", help="Port of the emulated AWS; 0 takes a free one")
    ] = DEFAULT_CLOUD_PORT,
    edge_port: Annotated[
        int, typer.Option(envvar="MILKRUN_EDGE_PORT", help="Port of all host names; 0 takes a free one")
    ] = DEFAULT_EDGE_PORT,
) -> None:
    """Start the local cloud, lay baselines, deploy the delivery stack, release every service, seed; then say what runs.

    Repeating it changes nothing and is quick.  With PERSIST_STATE=1 what the accounts hold survives `milkrun down`.
    """
    environment: Environment = context.obj
    with Steps() as steps:
        persist = os.environ.get("PERSIST_STATE") == "1"
        environment, _ = bring_up(environment, steps, Ports(cloud_port, edge_port), persist=persist)
    console = printer()
    console.print()
    console.print(table_of(what_runs(environment)))
    console.print("\nTry it:")
    for command in urls_to_try(environment, fcs_by_target(environment.fleet)):
        console.print(f"  {command}")
    console.print(f"  http://localhost{environment.fleet.port}/   all host names, in a browser")
    console.print("\nNext: [bold]make demo[/bold] ships a good version and a bad one under traffic.")
