"""`milkrun graph diff`: what changes between two schemas."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.table import Table
from rich.text import Text

from milkrun.cli.graph.schemas import read_schema
from milkrun.console import printer

if TYPE_CHECKING:
    from milkrun_graph.checks import Change

COLORS = {"breaking": "red", "dangerous": "yellow", "safe": "green"}
SchemaFile = Annotated[Path, typer.Argument(help="A supergraph, or an API schema")]
AsJson = Annotated[bool, typer.Option("--json", help="For machines")]


def diff(old: SchemaFile, new: SchemaFile, as_json: AsJson = False) -> None:
    """List the changes between two API schemas: breaking, dangerous, safe.  Exit code 0, whatever they are."""
    from milkrun_graph.checks import difference  # noqa: PLC0415

    changes = difference(read_schema(old), read_schema(new))
    if as_json:
        typer.echo(json.dumps([change_data(change) for change in changes], indent=2))
        return
    table = Table("severity", "coordinate", "change", "message", box=None, pad_edge=False)
    for change in changes:
        severity = Text(change.severity, style=COLORS[change.severity])
        table.add_row(severity, Text(change.coordinate), change.code, Text(change.message))
    printer().print(table if changes else "The API is the same.")


def change_data(change: "Change") -> dict[str, Any]:
    """A change for machines."""
    return {
        "severity": change.severity.value,
        "code": change.code,
        "coordinate": change.coordinate,
        "subject": change.subject,
        "message": change.message,
    }
