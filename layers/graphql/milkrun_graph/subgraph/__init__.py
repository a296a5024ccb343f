"""A federation 2 subgraph, schema first: an SDL file, plain resolvers, entities resolved in batches."""

from milkrun_graph.subgraph.resolvers import batched
from milkrun_graph.subgraph.subgraph import Subgraph

__all__ = ["Subgraph", "batched"]
