"""`milkrun graph check`: whether a new schema breaks what clients do."""

import json
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.table import Table
from rich.text import Text

from milkrun.cli.graph.diff import AsJson, SchemaFile, change_data
from milkrun.cli.graph.schemas import one_sentence, read_schema
from milkrun.console import printer

if TYPE_CHECKING:
    from milkrun_graph.checks import Finding, Policy, Recorded, Report

COLORS = {"breaks": "red", "warns": "yellow", "tolerated": "cyan", "approved": "cyan", "unused": "dim", "safe": "dim"}
SHOWN_CLIENTS = 3
SHOWN_OPERATIONS = 5


def check(
    old: SchemaFile,
    new: SchemaFile,
    *,
    operations: Annotated[
        list[Path] | None, typer.Option(help="Recorded operations, JSON lines; may be given several times")
    ] = None,
    window: Annotated[str, typer.Option(help="How far back records count: 90m, 12h, 7d, 2w, or all")] = "7d",
    threshold: Annotated[
        str, typer.Option(help="From how many requests on a change counts: 100, or 1% of all that were recorded")
    ] = "1",
    exclude_client: Annotated[list[str] | None, typer.Option(help="A client that does not count")] = None,
    exclude_operation: Annotated[
        list[str] | None, typer.Option(help="The name or hash of an operation that does not count")
    ] = None,
    dangerous: Annotated[str, typer.Option(help="Dangerous changes that are felt: warn, fail or ignore")] = "warn",
    without_operations: Annotated[
        str, typer.Option(help="Breaking changes when nothing was recorded: fail or pass")
    ] = "fail",
    approve: Annotated[Path | None, typer.Option(help="Approved changes and other grades, JSON")] = None,
    validate_all: Annotated[
        bool, typer.Option("--all", help="Validate all operations, not only those near a change")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Say which changes break recorded operations, of which clients.  Exit code 1 if one does."""
    from milkrun_graph import checks  # noqa: PLC0415

    now = datetime.now(UTC)
    policy = replace(
        _policy(threshold, dangerous, without_operations, approve),
        excluded_operations=frozenset(exclude_operation or ()),
        validate_all=validate_all,
    )
    before, after = read_schema(old), read_schema(new)
    records = _records(operations or [], window, frozenset(exclude_client or ()), now)
    report = checks.check(before, after, records, now, policy)
    if as_json:
        typer.echo(json.dumps(report_data(report), indent=2))
    else:
        _show(report)
    raise typer.Exit(0 if report.passed else 1)


def _policy(threshold: str, dangerous: str, without_operations: str, approve: Path | None) -> "Policy":
    from milkrun_graph.checks import policy as policies  # noqa: PLC0415

    with one_sentence("--threshold"):
        limit = policies.parse_threshold(threshold)
    with one_sentence("--dangerous"):
        risky = policies.parse_choice(policies.Dangerous, dangerous)
    with one_sentence("--without-operations"):
        unknown = policies.parse_choice(policies.WithoutOperations, without_operations)
    if approve is None:
        return policies.Policy(limit, risky, unknown)
    with one_sentence(approve):
        approvals, severities = policies.read_approvals(approve.read_bytes())
    return policies.Policy(limit, risky, unknown, approvals, severities)


def _records(paths: list[Path], window: str, excluded: frozenset[str], now: datetime) -> "list[Recorded]":
    from milkrun_graph.checks import Selection, read_operations  # noqa: PLC0415
    from milkrun_graph.checks.policy import parse_window  # noqa: PLC0415

    with one_sentence("--window"):
        span = None if window == "all" else parse_window(window)
    with one_sentence(", ".join(map(str, paths))):
        lines = (line for path in paths for line in path.read_bytes().splitlines())
        return read_operations(lines, Selection(span, excluded), now)


def report_data(report: "Report") -> dict[str, Any]:
    """A report for machines."""
    return {
        "passed": report.passed,
        "operations": report.operations,
        "requests": report.requests,
        "findings": [_finding_data(finding) for finding in report.findings],
        "refused": [{"operation": name, "reason": reason} for name, reason in report.refused],
        "idle_approvals": [approval.coordinate for approval in report.idle_approvals],
    }


def _finding_data(finding: "Finding") -> dict[str, Any]:
    return {
        "verdict": finding.verdict.value,
        **change_data(finding.change),
        "severity": finding.severity.value,
        "requests": finding.requests,
        "clients": finding.clients,
        "operations": [
            {"hash": felt.hash, "name": felt.name, "requests": felt.requests} for felt in finding.operations
        ],
    }


def _show(report: "Report") -> None:
    console = printer()
    table = Table("verdict", "coordinate", "change", "requests", "clients", "operations", box=None, pad_edge=False)
    for finding in report.findings:
        names = [felt.name or felt.hash[:12] for felt in finding.operations]
        table.add_row(
            Text(finding.verdict, style=COLORS[finding.verdict]),
            Text(finding.change.coordinate),
            Text(finding.change.message),
            str(finding.requests or ""),
            Text(_some((f"{name} {count}" for name, count in finding.clients.items()), SHOWN_CLIENTS)),
            Text(_some(names, SHOWN_OPERATIONS)),
        )
    console.print(table if report.findings else "The API is the same.")
    for name, reason in report.refused:
        console.print(Text(f"not judged, it was never valid: {name}: {reason}", style="dim"))
    for approval in report.idle_approvals:
        console.print(Text(f"approved, but nothing changes there: {approval.coordinate}", style="dim"))
    verdict = "[green]passed[/]" if report.passed else "[red]refused[/]"
    known = f"{report.operations} recorded operations, {report.requests} requests"
    console.print(f"{verdict}: {known if report.operations else 'no operations are recorded'}")


def _some(items: Iterable[str], limit: int) -> str:
    found = list(items)
    return ", ".join(found[:limit]) + (f" and {len(found) - limit} more" if len(found) > limit else "")
