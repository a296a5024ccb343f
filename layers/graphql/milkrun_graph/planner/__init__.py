"""The query planner: an operation over the supergraph becomes requests to subgraphs."""

from milkrun_graph.planner.operation import Limits, PlanOptions
from milkrun_graph.planner.plan import Plan
from milkrun_graph.planner.planner import plan_operation

__all__ = ["Limits", "Plan", "PlanOptions", "plan_operation"]
