"""`milkrun release start`: hand an artifact to the machines."""

from typing import Annotated

import typer

from milkrun.cli.release.arguments import AsJson, Service
from milkrun.cli.release.output import say_json, talk
from milkrun.environment import Environment
from milkrun.release.start import start_release


def start(
    context: typer.Context,
    service: Service,
    *,
    artifact: Annotated[
        str | None, typer.Option(help="Digest, or its first 12 digits; the service is built if left out")
    ] = None,
    reason: Annotated[str, typer.Option(help="Why, for the history")] = "",
    target: Annotated[list[str] | None, typer.Option(help="Only to this target; may be repeated")] = None,
    release_id: Annotated[
        str | None, typer.Option("--id", help="Use this id; asking again with it starts nothing twice")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Start a release and print its id; it goes on without you."""
    environment: Environment = context.obj
    started = start_release(
        environment, service, artifact, why=reason, targets=tuple(target or ()), release_id=release_id
    )
    if as_json:
        say_json({"release": started, "service": service})
    else:
        typer.echo(started)
    talk.print(f"next: milkrun release watch {started}")
