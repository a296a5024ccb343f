"""The supergraph reader: a supergraph's text becomes plain tables for planning and running operations.

Names are found when they are first used: who has tables already needs no reader, which brings graphql-core.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from milkrun_graph.supergraph.reader import read_supergraph
    from milkrun_graph.supergraph.tables import Supergraph

__all__ = ["Supergraph", "read_supergraph"]


def __getattr__(name: str) -> Any:
    if name == "read_supergraph":
        from milkrun_graph.supergraph.reader import read_supergraph  # noqa: PLC0415 - see above

        return read_supergraph
    if name == "Supergraph":
        from milkrun_graph.supergraph.tables import Supergraph  # noqa: PLC0415 - see above

        return Supergraph
    raise AttributeError(name)
