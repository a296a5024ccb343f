"""`milkrun seed`: first data for a fresh fleet."""

import typer

from milkrun.catalogue.seed import seed_catalogue
from milkrun.environment import Environment
from milkrun.seed import seed_boxes


def seed(context: typer.Context) -> None:
    """Give every warehouse its boxes, in the cell that owns it, and the graphlets their sample.  Safe to repeat."""
    environment: Environment = context.obj
    typer.echo(f"{seed_boxes(environment.fleet)} FCs have their boxes.")
    seeded = seed_catalogue(environment)
    typer.echo(f"Catalogue: {seeded}.")
    for reason in seeded.not_taken:
        typer.echo(reason, err=True)
