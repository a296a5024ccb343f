"""A valid operation as it is kept: plain data, and the plans made for it so far, or why there is none."""

from __future__ import annotations

from dataclasses import dataclass, field

from milkrun_graph.errors import PlanningFailed
from milkrun_graph.executor.compiled import ReadyPlan
from milkrun_graph.executor.lru import Lru
from milkrun_graph.executor.messages import Claims
from milkrun_graph.executor.variables import Variables
from milkrun_graph.planner.plan import Plan

# Outcomes of @skip and @include (and sets of claims) that one operation keeps plans for.
MAX_PLANS = 64

type PlanKey = tuple[Claims, frozenset[str], tuple[bool | None, ...]]
"""What a plan depends on: claims, progressive overrides, and the values of the conditions."""


def _plans() -> Lru[PlanKey, ReadyPlan | Plan | PlanningFailed]:
    return Lru(MAX_PLANS, MAX_PLANS)


@dataclass(slots=True)
class Operation:
    """``conditions`` are the variables that decide which fields there are; the document is parsed again to plan."""

    kind: str
    name: str | None
    text: str
    variables: Variables
    conditions: tuple[str, ...]
    plans: Lru[PlanKey, ReadyPlan | Plan | PlanningFailed] = field(default_factory=_plans)
