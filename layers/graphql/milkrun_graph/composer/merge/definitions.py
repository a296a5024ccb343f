"""Definitions of directives: executable ones that all subgraphs have, and custom ones that are to be composed."""

from milkrun_graph.composer.merge.state import State
from milkrun_graph.composer.model import Applied


def merge_directive_definitions(state: State) -> tuple[Applied, ...]:
    """Fill in the supergraph's directives; returns the links of the composed ones."""
    return ()
