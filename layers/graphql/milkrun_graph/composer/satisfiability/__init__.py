"""Satisfiability: whether every query of the API schema can be answered, wherever its objects come from."""

from milkrun_graph.composer.satisfiability.search import check_satisfiability

__all__ = ["check_satisfiability"]
