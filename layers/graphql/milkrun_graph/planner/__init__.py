"""The query planner: an operation over the supergraph becomes requests to subgraphs.

Names are found when they are first used: who has a plan already needs no planner, which brings graphql-core.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from milkrun_graph.planner.operation import Limits, PlanOptions
    from milkrun_graph.planner.plan import Plan
    from milkrun_graph.planner.planner import plan_operation

__all__ = ["Limits", "Plan", "PlanOptions", "plan_operation"]

_HOMES = {"Limits": "operation", "PlanOptions": "operation", "Plan": "plan", "plan_operation": "planner"}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(name)
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
