"""`milkrun graph serve`: a gateway over HTTP."""

import gc


def main(argv: list[str]) -> None:
    """Serve until SIGTERM; see ``program``."""
    gc.disable()  # nothing is garbage while modules and tables are loaded; the program switches it on
    from milkrun_graph.serve.program import run  # noqa: PLC0415 - after that

    run(argv)
