"""`milkrun seed`: first data for a fresh fleet."""

import typer

from milkrun.environment import Environment
from milkrun.seed import seed_boxes


def seed(context: typer.Context) -> None:
    """Give every warehouse its boxes, in the cell that owns it.  Safe to repeat."""
    environment: Environment = context.obj
    typer.echo(f"{seed_boxes(environment.fleet)} FCs have their boxes.")
