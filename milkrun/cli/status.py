"""`milkrun status`: what runs where."""

import json
from dataclasses import asdict
from typing import Annotated

import typer
from rich.table import Table

from milkrun.console import printer
from milkrun.environment import Environment
from milkrun.report import Running, what_runs


def status(
    context: typer.Context,
    as_json: Annotated[bool, typer.Option("--json", help="For machines")] = False,
) -> None:
    """Show every service at every target: the stack's status, the release that brought it, the address."""
    environment: Environment = context.obj
    found = what_runs(environment)
    if as_json:
        typer.echo(json.dumps([asdict(one) for one in found], indent=2))
    else:
        printer().print(table_of(found))


def table_of(found: list[Running]) -> Table:
    """A table for people."""
    table = Table("service", "target", "account", "status", "release", "address", box=None, pad_edge=False)
    for one in found:
        color = "green" if one.status.endswith("_COMPLETE") and "ROLLBACK" not in one.status else "yellow"
        table.add_row(
            one.service, one.target, one.account_id, f"[{color}]{one.status}", one.release or "-", one.url or "-"
        )
    return table
