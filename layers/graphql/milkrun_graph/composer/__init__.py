"""Composing a supergraph out of subgraphs, by the rules of Apollo Federation 1 and 2."""

from milkrun_graph.composer.composition import Composition, compose
from milkrun_graph.composer.issues import Issue, Location
from milkrun_graph.composer.subgraph import Subgraph

__all__ = ["Composition", "Issue", "Location", "Subgraph", "compose"]
