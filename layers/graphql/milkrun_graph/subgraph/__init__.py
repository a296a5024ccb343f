"""A federation 2 subgraph, schema first: an SDL file, plain resolvers, entities resolved in batches."""

from milkrun_graph.subgraph.resolvers import References, Resolvers, batched
from milkrun_graph.subgraph.subgraph import Subgraph

__all__ = ["References", "Resolvers", "Subgraph", "batched"]
