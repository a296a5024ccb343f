"""`milkrun schema`: what the schema registry has, had, and would say."""

import json
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.table import Table
from rich.text import Text

from milkrun.cli.graph.diff import COLORS, change_data
from milkrun.cli.graph.schemas import GraphInputInvalid, one_sentence
from milkrun.cli.release.arguments import AsJson
from milkrun.cli.release.output import say_json, talk
from milkrun.console import printer
from milkrun.environment import Environment
from milkrun.registry import NoSuchVersion, Registry, State

app = typer.Typer(
    no_args_is_help=True,
    help="Look at the catalogue's schema registry, ask it about a schema, roll it back.",
    epilog="Exit codes: 0 done · 1 the schema is refused, or the state changed meanwhile · 2 bad input, no such "
    "generation or graphlet · 3 the registry is not there or does not answer",
)
InTarget = Annotated[str, typer.Option("--target", help="The target whose registry is meant")]
AtGeneration = Annotated[int | None, typer.Option("--generation", "-g", help="An old state instead of the current one")]


def _state(registry: Registry, generation: int | None) -> State:
    return registry.current() if generation is None else registry.generation(generation)


@app.command("list")
def list_(
    context: typer.Context, target: InTarget = "imdb", generation: AtGeneration = None, as_json: AsJson = False
) -> None:
    """List the graphlets: version, release, since when, and what is staged."""
    registry = Registry(_environment(context), target)
    state = _state(registry, generation)
    if as_json:
        say_json(state)
        return
    table = Table("graphlet", "version", "release", "since (UTC)", "schema", "address", box=None, pad_edge=False)
    for kind in ("graphlets", "staged"):
        for name, one in sorted(state[kind].items()):
            version = f"{one['version']}{' staged' if kind == 'staged' else ''}"
            table.add_row(name, version, one["release"], _moment(one["at"]), one["digest"][:12], one["url"])
    printer().print(table)
    supergraph = state["supergraph"]
    digest = supergraph["digest"][:12] if supergraph else "none"
    printer().print(f"generation {state['generation']}, {_moment(state['at'])}: {state['why']}; supergraph {digest}")


@app.command()
def show(
    context: typer.Context,
    graphlet: Annotated[str | None, typer.Argument(help="A graphlet; the supergraph if left out")] = None,
    *,
    target: InTarget = "imdb",
    generation: AtGeneration = None,
    staged: Annotated[bool, typer.Option("--staged", help="The staged schema instead of the current one")] = False,
    as_json: AsJson = False,
) -> None:
    """Print the schema of a graphlet, or the supergraph."""
    registry = Registry(_environment(context), target)
    state = _state(registry, generation)
    about: dict[str, Any] = state["supergraph"] or {}
    if graphlet is None:
        sdl = registry.supergraph(state)
    else:
        there = state["staged" if staged else "graphlets"]
        if graphlet not in there:
            names = ", ".join(sorted(there)) or "none"
            raise NoSuchVersion(f"generation {state['generation']} has no graphlet {graphlet!r}; there are: {names}")
        about = there[graphlet]
        sdl = registry.text(about["key"])
    if as_json:
        say_json({**about, "generation": state["generation"], "sdl": sdl})
    else:
        typer.echo(sdl, nl=not sdl.endswith("\n"))


@app.command()
def history(
    context: typer.Context,
    target: InTarget = "imdb",
    limit: Annotated[int, typer.Option(min=1, max=1000, help="How many")] = 20,
    as_json: AsJson = False,
) -> None:
    """List the latest generations of the state, newest first, and why each came."""
    found = Registry(_environment(context), target).history(limit)
    if as_json:
        say_json(found)
        return
    table = Table("generation", "at (UTC)", "why", "supergraph", box=None, pad_edge=False)
    for state in found:
        digest = state["supergraph"]["digest"][:12] if state["supergraph"] else "-"
        table.add_row(str(state["generation"]), _moment(state["at"]), Text(state["why"]), digest)
    printer().print(table)


@app.command()
def diff(
    context: typer.Context,
    old: Annotated[int, typer.Argument(help="A generation")],
    new: Annotated[int | None, typer.Argument(help="A later one; the current one if left out")] = None,
    target: InTarget = "imdb",
    as_json: AsJson = False,
) -> None:
    """List what changed between two generations: versions of graphlets, and the API that clients see."""
    from milkrun_graph.checks import api_schema, difference  # noqa: PLC0415 - the commands start without it

    registry = Registry(_environment(context), target)
    before, after = registry.generation(old), _state(registry, new)
    versions = _versions(before, after)
    changes = difference(*(api_schema(registry.supergraph(state)) for state in (before, after)))
    if as_json:
        say_json({"graphlets": versions, "changes": [change_data(change) for change in changes]})
        return
    for name, (was, is_) in versions.items():
        printer().print(f"{name}: {was or 'not there'} → {is_ or 'withdrawn'}")
    table = Table("severity", "coordinate", "change", "message", box=None, pad_edge=False)
    for change in changes:
        severity = Text(change.severity, style=COLORS[change.severity])
        table.add_row(severity, Text(change.coordinate), change.code, Text(change.message))
    printer().print(table if changes else "The API is the same.")


def _versions(before: State, after: State) -> dict[str, tuple[int | None, int | None]]:
    names = sorted({*before["graphlets"], *after["graphlets"]})
    pairs = {
        name: tuple(state["graphlets"].get(name, {}).get("version") for state in (before, after)) for name in names
    }
    return {name: (was, is_) for name, (was, is_) in pairs.items() if was != is_}


@app.command()
def rollback(
    context: typer.Context,
    generation: Annotated[int, typer.Argument(help="The generation whose schemas shall be current again")],
    *,
    reason: Annotated[str, typer.Option(help="Why, for the history")],
    target: InTarget = "imdb",
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask")] = False,
    as_json: AsJson = False,
) -> None:
    """Make the schemas of an old generation current again, in one write; no graphlet's code is changed."""
    registry = Registry(_environment(context), target)
    versions = _versions(registry.current(), registry.generation(generation))
    for name, (was, is_) in versions.items():
        talk.print(f"{name}: {was or 'not there'} → {is_ or 'withdrawn'}")
    if not yes:
        typer.confirm(f"Roll the schemas of {target} back to generation {generation}?", abort=True, err=True)
    state = registry.roll_back(generation, reason)
    if as_json:
        say_json(state)
    else:
        typer.echo(f"generation {state['generation']}: {state['why']}")


@app.command()
def check(
    context: typer.Context,
    graphlet: Annotated[str, typer.Argument(help="The graphlet that the schema is of, e.g. people")],
    file: Annotated[Path, typer.Argument(help="Its new schema (SDL)")],
    target: InTarget = "imdb",
    as_json: AsJson = False,
) -> None:
    """Ask the registry what it would say to a schema; nothing changes.  Exit code 1 if it would refuse it."""
    with one_sentence(file):
        sdl = file.read_text(encoding="utf-8")
    if not sdl.strip():
        raise GraphInputInvalid(f"{file}: is empty")
    verdict = Registry(_environment(context), target).check(graphlet, sdl)
    if as_json:
        say_json(verdict)
    else:
        _show_verdict(graphlet, verdict)
    raise typer.Exit(0 if verdict["accepted"] else 1)


def _show_verdict(graphlet: str, verdict: dict[str, Any]) -> None:
    console = printer()
    for kind, color in (("problems", "red"), ("warnings", "yellow")):
        for one in verdict[kind]:
            places = f" ({', '.join(one['locations'])})" if one["locations"] else ""
            console.print(Text.assemble((one["code"], color), f" {one['message']}{places}"))
    if verdict["accepted"]:
        console.print(f"[green]would be accepted[/] as version {verdict['graphlet_version']} of {graphlet}")
    else:
        console.print("[red]would be refused[/]")


@app.command()
def approve(
    context: typer.Context,
    coordinate: Annotated[str, typer.Argument(help="What may change, e.g. Title.rating")],
    *,
    reason: Annotated[str, typer.Option(help="Why it may, for whoever reads this later")],
    until: Annotated[str, typer.Option(help="The last moment, ISO 8601, e.g. 2026-12-31")],
    code: Annotated[str | None, typer.Option(help="Only this kind of change, e.g. FIELD_REMOVED")] = None,
    target: InTarget = "imdb",
) -> None:
    """Allow a breaking change at one coordinate, although clients feel it."""
    from milkrun_graph.checks.policy import read_approvals  # noqa: PLC0415 - the commands start without it

    approval = {"coordinate": coordinate, "reason": reason, "until": until} | ({"code": code} if code else {})
    with one_sentence("the approval"):
        read_approvals(json.dumps({"approvals": [approval]}).encode())
    count = Registry(_environment(context), target).approve(approval)
    typer.echo(f"allowed until {until}: {coordinate}; {count} approval(s) in {target}")


def _environment(context: typer.Context) -> Environment:
    environment: Environment = context.obj
    return environment


def _moment(text: str) -> str:
    return text[:19].replace("T", " ")
