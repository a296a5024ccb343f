"""`milkrun bootstrap`: lay the baseline into the fleet's accounts."""

from typing import Annotated

import typer

from milkrun.bootstrap import lay_baseline
from milkrun.environment import Environment


def bootstrap(
    context: typer.Context,
    account: Annotated[str | None, typer.Argument(help="One account of fleet.yaml; all of them if left out")] = None,
) -> None:
    """Lay deploy roles and artifact bucket into every account, or one new one.  Safe to repeat."""
    environment: Environment = context.obj
    for laid in lay_baseline(environment, account):
        typer.echo(f"{laid.account:<12} {laid.region:<12} {'changed' if laid.changed else 'as it was'}")
