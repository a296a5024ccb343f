"""`milkrun graph serve`: the gateway on this machine.

The command line's entry hands `graph serve` to the library before this file is imported; it is here for `--help` of
`milkrun graph`, and it does the same.
"""

from pathlib import Path
from typing import Annotated

import typer


def serve(
    supergraph: Annotated[Path, typer.Option(help="The composed supergraph (SDL); subgraph addresses come from it")],
    port: Annotated[int, typer.Option(help="0: any free port, which is printed")] = 4000,
    host: Annotated[str, typer.Option(help="The address to listen on")] = "127.0.0.1",
) -> None:
    """Answer GraphQL over HTTP: POST and GET /graphql, GET /health; SIGTERM ends it."""
    from milkrun_graph.serve import main  # noqa: PLC0415 - only this command needs it

    main(["--supergraph", str(supergraph), "--port", str(port), "--host", host])
