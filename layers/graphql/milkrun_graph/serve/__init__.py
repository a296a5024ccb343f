"""`milkrun graph serve`: a gateway over HTTP."""

from milkrun_graph.serve.main import main

__all__ = ["main"]
