"""From a parsed operation to its plan."""

from collections.abc import Mapping
from typing import Any

from graphql import DocumentNode

from milkrun_graph.errors import PlanningFailed
from milkrun_graph.planner.assemble import assemble
from milkrun_graph.planner.builder import Builder, Order
from milkrun_graph.planner.nodes import Step
from milkrun_graph.planner.normalize import normalize
from milkrun_graph.planner.operation import Operation, PlanOptions
from milkrun_graph.planner.plan import Plan
from milkrun_graph.planner.project import project
from milkrun_graph.supergraph.tables import Supergraph

_DEFAULTS = PlanOptions()
_WORTH_RETRYING = 3


def plan_operation(
    supergraph: Supergraph,
    document: DocumentNode,
    operation_name: str | None = None,
    variables: Mapping[str, Any] | None = None,
    options: PlanOptions = _DEFAULTS,
) -> Plan:
    """The plan for a valid operation, given the values of the variables in its ``@skip`` and ``@include``.

    Raises RequestRefused for what is wrong with the request and PlanningFailed for what cannot be planned.
    """
    operation = normalize(supergraph, document, operation_name, variables or {}, options)
    steps = _cheapest_steps(supergraph, operation, options)
    return Plan(
        kind=operation.kind,
        fetches=assemble(supergraph, operation, steps),
        projection=project(supergraph, operation.root, operation.items),
        introspection=operation.introspection,
    )


def _cheapest_steps(supergraph: Supergraph, operation: Operation, options: PlanOptions) -> list[Step]:
    """Placing leaves one after another is greedy: where it is cheap to do so, other orders are tried as well."""
    builder = Builder(supergraph, operation, options)
    best = builder.build()
    if len(best) < _WORTH_RETRYING or builder.search.states > options.limits.states_for_retries:
        return best
    for order in (Order.DOCUMENT, Order.REVERSED):
        try:
            steps = Builder(supergraph, operation, options, order).build()
        except PlanningFailed:
            continue
        if _cost(steps) < _cost(best):
            best = steps
    return best


def _cost(steps: list[Step]) -> tuple[int, int, int]:
    """Stages count most, then requests, then lists of entities."""
    requests = {(step.graph, step.stage, step.entity, not step.entity and step.index) for step in steps}
    return max(step.stage for step in steps), len(requests), len(steps)
