"""What one subgraph must keep to by itself: each rule looks at a subgraph and reports what is wrong."""

from milkrun_graph.composer.issues import Report
from milkrun_graph.composer.rules.authorization import check_authorization
from milkrun_graph.composer.rules.context import check_contexts
from milkrun_graph.composer.rules.costs import check_costs
from milkrun_graph.composer.rules.field_sets import check_field_sets
from milkrun_graph.composer.rules.usage import check_usage
from milkrun_graph.composer.subgraph import Loaded


def check_subgraph(subgraph: Loaded, report: Report) -> None:
    """Apply every rule."""
    if check_field_sets(subgraph, report):
        check_usage(subgraph, report)
        check_contexts(subgraph, report)
        check_costs(subgraph, report)
        check_authorization(subgraph, report)


__all__ = ["check_subgraph"]
