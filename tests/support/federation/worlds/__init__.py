"""Random supergraphs, the data behind them, and random operations, all from one seed.

Every world is satisfiable by construction: all that the merged schema offers can be reached from everywhere.
"""

from tests.support.federation.worlds.draw import Taste, draw_world
from tests.support.federation.worlds.facts import draw_facts
from tests.support.federation.worlds.model import World
from tests.support.federation.worlds.operations import Operation, draw_operation
from tests.support.federation.worlds.printing import print_subgraph, print_supergraph

__all__ = [
    "Operation",
    "Taste",
    "World",
    "draw_facts",
    "draw_operation",
    "draw_world",
    "print_subgraph",
    "print_supergraph",
]
