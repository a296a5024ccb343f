"""The supergraph reader: a supergraph's text becomes plain tables for planning and running operations."""

from milkrun_graph.supergraph.reader import read_supergraph
from milkrun_graph.supergraph.tables import Supergraph

__all__ = ["Supergraph", "read_supergraph"]
