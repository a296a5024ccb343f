"""`milkrun catalogue`: check the files of a film catalogue, and load them into the graphlets."""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.table import Table
from rich.text import Text

from milkrun.catalogue.destination import SERVICES, Destination
from milkrun.catalogue.errors import FileUnusable
from milkrun.catalogue.files import KINDS
from milkrun.catalogue.folder import find_files, only
from milkrun.catalogue.loader import AT_ONCE, Load, Summary
from milkrun.catalogue.reader import Reject, TableReader
from milkrun.catalogue.references import Dangling, dangling
from milkrun.console import printer
from milkrun.environment import Environment
from milkrun.progress import Steps

app = typer.Typer(
    no_args_is_help=True,
    help="Check the files of a film catalogue, in the official dataset's form, and load them into the graphlets.",
)
SHOWN = 5
INTERRUPTED = 130
Folder = Annotated[Path, typer.Argument(help="The folder that holds title.basics.tsv.gz and the others, plain or gzip")]
Only = Annotated[list[str] | None, typer.Option("--only", help="A file, e.g. title.ratings; may be repeated")]
AsJson = Annotated[bool, typer.Option("--json", help="For machines")]


@app.command("load")
def load_command(
    context: typer.Context,
    folder: Folder,
    target: Annotated[str, typer.Option(help="Where to, e.g. preprod or imdb")],
    *,
    only_files: Only = None,
    restart: Annotated[bool, typer.Option("--restart", help="Begin again, whatever was loaded before")] = False,
    at_once: Annotated[int, typer.Option(min=1, max=64, help="Batches under way at the same time")] = AT_ONCE,
    as_json: AsJson = False,
) -> None:
    """Load the files into the graphlets that own them.  Interrupted, it goes on from there when called again.

    Loading twice changes nothing. Rows that cannot be taken are counted and written to a file beside the checkpoint.
    """
    environment: Environment = context.obj
    files = only(find_files(folder), only_files or [])
    taken = {name: path for name, path in files.items() if name in SERVICES}
    if not taken:
        raise FileUnusable(f"no graphlet takes {', '.join(files)}; they take {', '.join(SERVICES)}")
    to = Destination(environment, target, taken)
    loads = {name: to.load(name, path, restart=restart, at_once=at_once) for name, path in taken.items()}
    summaries = list(_run(loads))
    if as_json:
        typer.echo(json.dumps([asdict(one) for one in summaries], indent=2))
    else:
        _show_loaded(summaries, [name for name in files if name not in SERVICES])


def _run(loads: Mapping[str, Load]) -> Iterator[Summary]:
    with Steps() as steps:
        for name, load in loads.items():
            with steps.step(name) as step:
                try:
                    summary = load.run(step.say)
                except KeyboardInterrupt:
                    step.say("stopped: the same command goes on from here")
                    raise typer.Exit(INTERRUPTED) from None
                step.say("as it was" if summary.as_it_was else f"{summary.written:,} rows written")
            yield summary


def _show_loaded(summaries: Iterable[Summary], passed_over: list[str]) -> None:
    console = printer()
    table = Table("file", "read", "written", "rejected", "duplicates", "seconds", "rows/s", box=None, pad_edge=False)
    for one in summaries:
        counts = (one.read, one.written, one.rejected, one.duplicates)
        rate = "as it was" if one.as_it_was else f"{one.rate:,}"
        table.add_row(one.file, *(f"{count:,}" for count in counts), f"{one.seconds:.1f}", rate)
    console.print(table)
    for one in summaries:
        for note in one.notes:
            console.print(Text(f"{one.file}: {note}", style="dim"))
        if one.rejects_in:
            console.print(Text(f"{one.file}: rejected lines, each with its reason, are in {one.rejects_in}"))
    for name in passed_over:
        console.print(Text(f"{name}: no graphlet takes it", style="dim"))


@app.command()
def check(folder: Folder, *, only_files: Only = None, as_json: AsJson = False) -> None:
    """Read the files without loading them: broken rows, repeated ones, and ids that lead nowhere.

    Exit code 1 if a row is broken.  Ids that lead nowhere are common in the official files, and do no harm.
    """
    found = find_files(folder)
    files = only(found, only_files or [])
    reports = [_report(name, path) for name, path in files.items()]
    nowhere = _counted(one for one in dangling(found) if one.file in files)
    if as_json:
        typer.echo(json.dumps({"files": reports, "dangling": nowhere}, indent=2))
    else:
        _show_checked(reports, nowhere)
    raise typer.Exit(1 if any(report["rejected"] for report in reports) else 0)


def _report(name: str, path: Path) -> dict[str, Any]:
    first: list[Reject] = []
    with TableReader(path, KINDS[name], lambda one: first.append(one) if len(first) < SHOWN else None) as reader:
        rows = sum(1 for _ in reader)
    return {
        "file": name,
        "rows": rows,
        "rejected": reader.rejected,
        "duplicates": reader.duplicates,
        "notes": reader.notes,
        "first_rejects": [asdict(one) for one in first],
    }


def _counted(found: Iterable[Dangling]) -> list[dict[str, Any]]:
    """How many there are in each column, and the first few: there may be millions."""
    counts: dict[tuple[str, str], dict[str, Any]] = {}
    for one in found:
        seen = counts.setdefault(
            (one.file, one.column), {"file": one.file, "column": one.column, "count": 0, "first": []}
        )
        seen["count"] += 1
        if len(seen["first"]) < SHOWN:
            seen["first"].append({"line": one.line, "id": one.id})
    return list(counts.values())


def _show_checked(reports: list[dict[str, Any]], nowhere: list[dict[str, Any]]) -> None:
    console = printer()
    table = Table("file", "rows", "rejected", "duplicates", box=None, pad_edge=False)
    for one in reports:
        table.add_row(one["file"], *(f"{one[name]:,}" for name in ("rows", "rejected", "duplicates")))
    console.print(table)
    for one in reports:
        for note in one["notes"]:
            console.print(Text(f"{one['file']}: {note}", style="dim"))
        for reject in one["first_rejects"]:
            console.print(Text(f"{one['file']}, line {reject['line']}: {reject['reason']}"))
    for one in nowhere:
        first = ", ".join(f"{seen['id']} (line {seen['line']})" for seen in one["first"])
        console.print(Text(f"{one['file']}: {one['count']:,} ids in {one['column']} lead nowhere, the first: {first}"))
