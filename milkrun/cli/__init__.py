"""The command line.  This file imports next to nothing: a gateway of `milkrun graph serve` starts through it."""

import sys


def main() -> None:
    """Run one command."""
    if sys.argv[1:3] == ["graph", "serve"]:
        from milkrun_graph.serve import main as serve  # noqa: PLC0415 - without the other commands' imports it starts in a fifth of the time

        serve(sys.argv[3:])
        return
    from milkrun.cli.root import main as run  # noqa: PLC0415

    run()
