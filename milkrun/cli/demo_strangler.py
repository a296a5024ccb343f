"""`milkrun demo-strangler`: an old service replaced under load."""

import json
from dataclasses import asdict
from typing import Annotated

import typer
from rich.table import Table

from milkrun.console import printer
from milkrun.demo.strangler import PER_SECOND, Strangled, require_unnoticed, strangle
from milkrun.environment import Environment
from milkrun.progress import Steps


def demo_strangler(
    context: typer.Context,
    per_second: Annotated[float, typer.Option(help="Requests a second at the gateway")] = PER_SECOND,
    as_json: Annotated[bool, typer.Option("--json", help="For machines")] = False,
) -> None:
    """Replace the old service behind imdb/ratings by a serverless one, under load; report what clients saw."""
    environment: Environment = context.obj
    with Steps() as steps:
        seen = strangle(environment, steps, per_second)
    if as_json:
        view = seen.view
        phases = [asdict(phase) for phase in seen.phases]
        typer.echo(json.dumps({"release": view.release_id, "verdict": view.verdict, "phases": phases}, indent=2))
    else:
        _print(seen)
    require_unnoticed(seen)


def _print(seen: Strangled) -> None:
    table = Table("ratings", "served", "failed", "p50", "asked of the old service", title="Behind imdb/ratings")
    table.title_justify = "left"
    for phase in seen.phases:
        color = "red" if phase.failed else "green"
        p50 = "-" if phase.p50 is None else f"{phase.p50:.0f} ms"
        table.add_row(phase.name, str(phase.served), f"[{color}]{phase.failed}", p50, str(phase.asked_of_old))
    console = printer()
    console.print()
    console.print(table)
    console.print(f"{seen.view.release_id}: [bold]{seen.view.verdict}[/bold] {seen.view.why}")
    console.print(f"\nNext: milkrun release show {seen.view.release_id}")
