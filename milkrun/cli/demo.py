"""`milkrun demo`: a good release and a bad one under traffic."""

import json
from dataclasses import asdict
from typing import Annotated

import typer

from milkrun.console import printer
from milkrun.demo.report import table
from milkrun.demo.run import PER_SECOND, Act, demonstrate
from milkrun.environment import Environment
from milkrun.errors import MilkrunError
from milkrun.progress import Steps


class DemoFailed(MilkrunError):
    """The demonstration did not show what it is there to show."""


def demo(
    context: typer.Context,
    per_second: Annotated[float, typer.Option(help="Requests a second at every cell")] = PER_SECOND,
    as_json: Annotated[bool, typer.Option("--json", help="For machines")] = False,
) -> None:
    """Ship a good version, then one with a defect, while every cell is under traffic; report what clients saw."""
    environment: Environment = context.obj
    with Steps() as steps:
        acts = demonstrate(environment, steps, per_second)
    if as_json:
        typer.echo(json.dumps([_as_data(act) for act in acts], indent=2))
    else:
        _print(acts)
    _require_the_point(*acts)


def _print(acts: tuple[Act, ...]) -> None:
    console = printer()
    for act in acts:
        console.print()
        console.print(table(f"{act.title}: {act.change.summary}", act.cells))
        console.print(f"{act.view.release_id}: [bold]{act.view.verdict}[/bold] {act.view.why}")
        for cell in act.cells:
            if cell.first_problem:
                console.print(f"first failure at {cell.cell}: {cell.first_problem}", markup=False)
    console.print(f"\nNext: milkrun release show {acts[-1].view.release_id}")


def _as_data(act: Act) -> dict[str, object]:
    return {
        "title": act.title,
        "change": act.change.summary,
        "release": act.view.release_id,
        "verdict": act.view.verdict,
        "cells": [asdict(cell) for cell in act.cells],
    }


def _require_the_point(good: Act, bad: Act) -> None:
    if good.view.verdict != "pass" or any(cell.failed for cell in good.cells):
        raise DemoFailed(f"the good version was not shipped without a failed request: {good.view.why}")
    if bad.view.verdict == "pass":
        raise DemoFailed("the version with the defect was not stopped")
    hurt = [cell.cell for cell in bad.cells if cell.failed]
    if len(hurt) != 1:
        raise DemoFailed(f"the defect should have been seen in one cell; it was seen in {hurt or 'none'}")
    if bad.view.stop(hurt[0]).way_back != "pass":
        raise DemoFailed(f"{hurt[0]} is not back on the version before: milkrun release show {bad.view.release_id}")
