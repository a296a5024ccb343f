"""``@context`` and ``@fromContext``: arguments whose values are found above the object that has the field."""

from dataclasses import dataclass

from milkrun_graph.planner.conditions import Chain, chains, items_of, typename_item
from milkrun_graph.planner.operation import Item
from milkrun_graph.planner.plan import ContextArgument, ContextChoice
from milkrun_graph.planner.shapes import Shapes
from milkrun_graph.supergraph.tables import ContextArgumentDef, Supergraph


@dataclass(frozen=True, slots=True)
class Found:
    """Where an argument's value is: ``depth`` levels below the root, as these items.

    They include ``__typename`` where the objects' types decide which of them it is.
    """

    depth: int
    items: tuple[Item, ...]


class Contexts:
    """Which types set which context."""

    def __init__(self, supergraph: Supergraph, shapes: Shapes) -> None:
        self._supergraph = supergraph
        self._shapes = shapes
        self._setting: dict[str, frozenset[str]] = {}
        for known in supergraph.types.values():
            for name in known.contexts:
                self._setting[name] = self._setting.get(name, frozenset()) | known.possible

    def find(self, argument: ContextArgumentDef, above: Chain) -> Found | None:
        """The nearest level above whose objects all set the context; None if there is none, or only some of them do.

        Where only some do, the types must be asked apart: each has its own nearest level.
        """
        setting = self._setting.get(argument.context, frozenset())
        for depth in range(len(above) - 1, -1, -1):
            types = above[depth].types
            if types <= setting:
                items = items_of(self._supergraph, self._shapes, argument.selection, types)
                if any(item.types != types for item in items):
                    items = (*items, typename_item(types))
                return Found(depth, items)
            if types & setting:
                return None
        return None


def context_argument(variable: str, found: Found, types: frozenset[str]) -> ContextArgument:
    """What the executor needs to know; the items must have their source keys."""
    choices = tuple(
        ContextChoice(
            types=None if chain[0].types >= types else chain[0].types,
            keys=tuple(hop.item.source for hop in chain),
        )
        for chain in chains(found.items)
    )
    return ContextArgument(variable, found.depth, choices)
