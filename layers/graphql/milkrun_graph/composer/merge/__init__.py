"""Merging: one schema out of many, with every difference either reconciled or reported."""

from milkrun_graph.composer.merge.merger import Merged, merge

__all__ = ["Merged", "merge"]
