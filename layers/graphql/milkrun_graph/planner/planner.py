"""From a parsed operation to its plan."""

from collections.abc import Mapping
from typing import Any

from graphql import DocumentNode

from milkrun_graph.planner.assemble import assemble
from milkrun_graph.planner.builder import Builder
from milkrun_graph.planner.normalize import normalize
from milkrun_graph.planner.operation import PlanOptions
from milkrun_graph.planner.plan import Plan
from milkrun_graph.planner.project import project
from milkrun_graph.supergraph.tables import Supergraph

_DEFAULTS = PlanOptions()


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
    builder = Builder(supergraph, operation, options)
    steps = builder.build()
    return Plan(
        kind=operation.kind,
        fetches=assemble(supergraph, operation, steps),
        projection=project(supergraph, operation.root, operation.items),
        introspection=operation.introspection,
    )
