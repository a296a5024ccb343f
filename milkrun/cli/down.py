"""`milkrun down`: stop the local cloud."""

import typer

from milkrun.environment import Environment
from milkrun.local.instance import cloud_of


def down(context: typer.Context) -> None:
    """Stop the local cloud, free its ports, leave no process.  Stopping a stopped one is fine.

    What the accounts hold is kept for the next `make up` if both were called with PERSIST_STATE=1.
    """
    environment: Environment = context.obj
    cloud = cloud_of(environment)
    was = cloud.status()
    cloud.stop()
    if was.condition == "stopped":
        typer.echo("The local cloud was not running.")
    else:
        typer.echo(f"The local cloud is stopped; ports {was.cloud_port} and {was.edge_port} are free.")
