"""`milkrun graph plan`: which subgraph requests would answer an operation."""

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from milkrun.cli.graph.diff import AsJson
from milkrun.cli.graph.schemas import GraphInputInvalid, one_sentence

if TYPE_CHECKING:
    from graphql import DocumentNode


def plan(
    supergraph: Annotated[Path, typer.Option(help="The composed supergraph (SDL)")],
    operation: Annotated[str, typer.Option(help="A file with the operation; - reads it from standard input")],
    *,
    name: Annotated[str | None, typer.Option(help="Which of the file's operations")] = None,
    variables: Annotated[str, typer.Option(help="Variables as JSON: those of @skip and @include decide")] = "{}",
    as_json: AsJson = False,
) -> None:
    """Show the subgraph requests for an operation, stage by stage.  Exit code 1 if there is no plan."""
    from milkrun_graph.errors import PlanningFailed, RequestRefused  # noqa: PLC0415 - it starts without the library
    from milkrun_graph.planner import plan_operation  # noqa: PLC0415
    from milkrun_graph.planner.describe import describe, plan_data  # noqa: PLC0415
    from milkrun_graph.supergraph import read_supergraph  # noqa: PLC0415

    with one_sentence(supergraph):
        sdl = supergraph.read_text(encoding="utf-8")
        tables = read_supergraph(sdl)
    with one_sentence(operation):
        text = sys.stdin.read() if operation == "-" else Path(operation).read_text(encoding="utf-8")
    document = _valid(sdl, text, operation)
    try:
        made = plan_operation(tables, document, name, _object(variables))
    except PlanningFailed as error:
        typer.echo(f"no plan: {error}", err=True)
        raise typer.Exit(1) from error
    except RequestRefused as error:
        raise GraphInputInvalid(f"{operation}: {error}") from error
    names = {graph.enum_name: graph.name for graph in tables.graphs.values()}
    typer.echo(json.dumps(plan_data(made, names), indent=2) if as_json else describe(made, names))


def _object(text: str) -> dict[str, Any]:
    try:
        value = json.loads(text)
    except ValueError as error:
        raise GraphInputInvalid(f"--variables: not JSON: {error}") from error
    if not isinstance(value, dict):
        raise GraphInputInvalid("--variables: must be an object")
    return value


def _valid(sdl: str, text: str, operation: str) -> "DocumentNode":
    """Planning presumes a valid operation, so the API schema has its say first."""
    from graphql import GraphQLError, parse, validate  # noqa: PLC0415
    from milkrun_graph.checks import api_schema  # noqa: PLC0415

    with one_sentence(operation):
        schema = api_schema(sdl)
    try:
        document = parse(text)
    except GraphQLError as error:
        raise GraphInputInvalid(f"{operation}: {error.message}") from error
    errors = validate(schema, document)
    if errors:
        raise GraphInputInvalid(f"{operation}: " + "; ".join(error.message for error in errors))
    return document
