"""The operation as the planner sees it: a tree of items, without fragments, conditions or duplicates."""

from collections.abc import Callable
from dataclasses import dataclass, field

from milkrun_graph.planner.plan import OperationKind
from milkrun_graph.supergraph.tables import Arguments, Authorization, TypeRef

TYPENAME = "__typename"

type Place = tuple[int, ...]
"""Where a field stands in document order, among the fields of all selection sets that merge with its own."""


_LAST: Place = (1 << 62,)


@dataclass(slots=True, eq=False)
class Item:
    """One field of one selection set, for the objects whose type is in ``types``.

    ``source`` is the key that its value has in the working object; ``internal`` items are not the client's.
    A ``filler`` stands where nothing is left to ask.  ``places``: where it first stands, for which types.
    """

    key: str
    name: str
    types: frozenset[str]
    type: TypeRef
    arguments: Arguments = ()
    variables: frozenset[str] = frozenset()
    items: tuple["Item", ...] = ()
    source: str = ""
    internal: bool = False
    unauthorized: bool = False
    introspection: bool = False
    filler: bool = False
    places: tuple[tuple[Place, frozenset[str]], ...] = ()

    def place(self, typename: str) -> Place:
        """Where it first stands for objects of a type; after everything else if the client did not write it."""
        return min((place for place, types in self.places if typename in types), default=_LAST)

    @property
    def lists(self) -> int:
        """How many lists are around the value."""
        return self.type.wrap.count("[")


@dataclass(frozen=True, slots=True)
class Operation:
    """A normalized operation. ``variables``: name → type and default, as written by the client."""

    kind: OperationKind
    root: str
    items: tuple[Item, ...]
    variables: dict[str, str]
    introspection: str | None = None
    keys: frozenset[str] = field(default_factory=frozenset)


@dataclass(frozen=True, slots=True)
class Limits:
    """What a plan may cost to find. A state is one position that the search looks at.

    After ``states_per_attempt`` a leaf is looked for in another way, which finds a plan if there is one.
    A plan that took no more than ``states_for_retries`` is also made in other orders, and the cheapest is kept.
    """

    states_per_leaf: int = 20_000
    states_per_attempt: int = 2_000
    states: int = 200_000
    states_for_retries: int = 2_000
    depth: int = 120
    items: int = 20_000


def _allow(_: Authorization) -> bool:
    return True


@dataclass(frozen=True, slots=True)
class PlanOptions:
    """``labels`` are the progressive overrides that are on; ``allows`` decides on protected fields.

    ``common_members``: of a union that several subgraphs can deliver at one place, only the members that all
    of them know are looked into.
    """

    labels: frozenset[str] = frozenset()
    allows: Callable[[Authorization], bool] = _allow
    common_members: bool = True
    limits: Limits = Limits()
