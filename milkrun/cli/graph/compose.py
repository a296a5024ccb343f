"""`milkrun graph compose`: one supergraph out of the subgraphs that a Rover file names."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from milkrun.cli.graph.schemas import GraphInputInvalid, one_sentence

if TYPE_CHECKING:
    from milkrun_graph.composer import Composition, Issue, Subgraph


def compose(
    config: Annotated[Path, typer.Option(help="Rover's supergraph.yaml: the subgraphs, their URLs and schema files")],
    *,
    output: Annotated[Path | None, typer.Option(help="Where to write the supergraph, instead of printing it")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Errors, hints and supergraph as JSON")] = False,
) -> None:
    """Compose a supergraph.  Exit code 1 if the subgraphs do not fit together: each error has its standard code."""
    from milkrun_graph.composer import compose as compose_subgraphs  # noqa: PLC0415

    with one_sentence(config):
        result = compose_subgraphs(read_config(config))
    if output is not None and result.supergraph_sdl is not None:
        with one_sentence(output):
            output.write_text(result.supergraph_sdl, encoding="utf-8")
    if as_json:
        typer.echo(json.dumps(composition_data(result), indent=2))
    else:
        _show(result, printed=output is None)
    raise typer.Exit(1 if result.errors else 0)


def read_config(path: Path) -> "list[Subgraph]":
    """The subgraphs that a configuration names; files are relative to it.  Raises GraphInputInvalid."""
    import yaml  # noqa: PLC0415 - the commands start without it

    try:
        data = yaml.safe_load(path.read_text(encoding="utf-8"))
    except yaml.YAMLError as error:
        raise GraphInputInvalid(f"{path}: is no YAML: {error}") from error
    subgraphs = data.get("subgraphs") if isinstance(data, dict) else None
    if not isinstance(subgraphs, dict) or not subgraphs:
        raise GraphInputInvalid(f"{path}: has no subgraphs")
    return [_subgraph(path, str(name), entry) for name, entry in subgraphs.items()]


def _subgraph(config: Path, name: str, entry: Any) -> "Subgraph":
    from milkrun_graph.composer import Subgraph  # noqa: PLC0415

    schema = entry.get("schema") if isinstance(entry, dict) else None
    file = schema.get("file") if isinstance(schema, dict) else None
    if not isinstance(file, str):
        raise GraphInputInvalid(f'{config}: subgraph "{name}" needs "schema" with a "file"')
    url = entry.get("routing_url")
    if not isinstance(url, str):
        raise GraphInputInvalid(f'{config}: subgraph "{name}" needs a "routing_url"')
    with one_sentence(file):
        return Subgraph(name, url, (config.parent / file).read_text(encoding="utf-8"))


def composition_data(result: "Composition") -> dict[str, Any]:
    """A composition for machines."""
    return {
        "composed": result.supergraph_sdl is not None,
        "errors": [_issue_data(issue) for issue in result.errors],
        "hints": [_issue_data(issue) for issue in result.hints],
        "supergraph": result.supergraph_sdl,
    }


def _issue_data(issue: "Issue") -> dict[str, Any]:
    places = [{"subgraph": one.subgraph, "line": one.line, "column": one.column} for one in issue.locations]
    return {"code": issue.code, "level": issue.level, "message": issue.message, "locations": places}


def _show(result: "Composition", *, printed: bool) -> None:
    for word, issues in (("hint", result.hints), ("error", result.errors)):
        for issue in issues:
            where = ", ".join(f"{one.subgraph}:{one.line}:{one.column}" for one in issue.locations)
            typer.echo(f"{word} {issue.code}: {issue.message}{f' ({where})' if where else ''}", err=True)
    if printed and result.supergraph_sdl is not None:
        typer.echo(result.supergraph_sdl, nl=False)
