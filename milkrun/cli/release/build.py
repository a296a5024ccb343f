"""`milkrun release build`: one immutable artifact."""

from pathlib import Path
from typing import Annotated

import typer

from milkrun.cli.release.arguments import AsJson, Service
from milkrun.cli.release.output import say_json, talk
from milkrun.environment import Environment
from milkrun.release import build as releases


def build(
    context: typer.Context,
    service: Service,
    source: Annotated[
        Path | None, typer.Option(exists=True, file_okay=False, help="A copy of the repository to build from instead")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Build a service into an artifact, store it, and print its digest.  The same code gives the same digest."""
    environment: Environment = context.obj
    talk.print(f"building {service} …")
    built = releases.build(environment, service, source)
    if as_json:
        say_json({"artifact": built.digest, **built.content, **built.about})
    else:
        typer.echo(built.digest)
    talk.print(f"next: milkrun release start {service} --artifact {built.version}")
