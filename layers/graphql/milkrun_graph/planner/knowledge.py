"""What the planner works out of a supergraph as it goes, kept for the next operation on the same one."""

from dataclasses import dataclass

from milkrun_graph.planner.contexts import Contexts
from milkrun_graph.planner.moves import Moves
from milkrun_graph.planner.shapes import Shapes
from milkrun_graph.supergraph.tables import Supergraph

_KEPT = 4


@dataclass(frozen=True, slots=True)
class Knowledge:
    """The moves, shapes and contexts of one supergraph, for one set of active override labels."""

    supergraph: Supergraph
    labels: frozenset[str]
    moves: Moves
    shapes: Shapes
    contexts: Contexts


_known: list[Knowledge] = []


def knowledge_of(supergraph: Supergraph, labels: frozenset[str]) -> Knowledge:
    """What is known of the supergraph; of few at a time, the latest first."""
    for index, known in enumerate(_known):
        if known.supergraph is supergraph and known.labels == labels:
            if index:
                _known.insert(0, _known.pop(index))
            return known
    shapes = Shapes(supergraph)
    made = Knowledge(supergraph, labels, Moves(supergraph, labels), shapes, Contexts(supergraph, shapes))
    _known.insert(0, made)
    del _known[_KEPT:]
    return made
