"""The executor: requests come in, plans run, responses go out."""

from milkrun_graph.executor.gateway import Gateway
from milkrun_graph.executor.messages import Claims, Request, Response
from milkrun_graph.executor.options import Limits, Options
from milkrun_graph.executor.transport import Transport

__all__ = ["Claims", "Gateway", "Limits", "Options", "Request", "Response", "Transport"]
