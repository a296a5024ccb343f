"""Random supergraphs, the data behind them, and random operations, all from one seed.

Every world is satisfiable by construction: all that the merged schema offers can be reached from everywhere.
"""

from tests.support.federation.worlds.draw import Taste, draw_world
from tests.support.federation.worlds.operations import Operation, draw_operation
from tests.support.federation.worlds.printing import print_subgraph, print_supergraph
from tests.support.federation.worlds.scene import Scene

__all__ = ["Operation", "Scene", "Taste", "draw_operation", "draw_world", "print_subgraph", "print_supergraph"]
