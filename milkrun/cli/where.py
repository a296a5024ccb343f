"""`milkrun where`: the places of a module."""

import json
from typing import Annotated

import typer

from milkrun.environment import Environment
from milkrun.where import find_module, places


def where(
    context: typer.Context,
    module: Annotated[str, typer.Argument(help="A module, e.g. fulfillment/pack")],
    as_json: Annotated[bool, typer.Option("--json", help="For machines")] = False,
) -> None:
    """Print where a module's code, template, contract, events, tests, documents and targets are, and who owns it."""
    environment: Environment = context.obj
    found = places(environment.root, find_module(environment.root, module), environment.fleet)
    if as_json:
        typer.echo(json.dumps(found, indent=2))
        return
    width = max(len(name) for name in found)
    for name, place in found.items():
        lines = place if isinstance(place, list) else [place]
        # Stops stand in one line, in order; paths one below the other, to be clicked or copied.
        lines = [" → ".join(lines)] if name == "targets" else lines
        for number, line in enumerate(lines):
            typer.echo(f"{'' if number else name:<{width}}  {line}")
