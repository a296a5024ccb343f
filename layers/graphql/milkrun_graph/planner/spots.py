"""What the search looks at: positions on the way to a leaf, and what is known of the jumps between them."""

from collections.abc import Iterator
from dataclasses import dataclass

from milkrun_graph.planner.conditions import Chain
from milkrun_graph.planner.moves import FieldMove, Jump
from milkrun_graph.planner.nodes import Node
from milkrun_graph.supergraph.tables import FieldSet

type Mark = tuple[object, ...]
"""A jump, where it is made and for which objects."""

type Price = tuple[float, int]
"""What a jump's conditions cost, and the stage at which they are there."""

type Condition = tuple[int, Chain]
"""A chain that a jump needs, and the level where it leaves the way to the jump."""


@dataclass(slots=True, eq=False)
class Spot:
    """A position on the way to a leaf. ``node`` if it exists; ``move`` says how it is reached from ``previous``."""

    level: int
    graph: str
    type: str
    provided: FieldSet
    world: frozenset[str]
    runtime: frozenset[str]
    cost: float
    stage: int
    node: Node | None = None
    previous: "Spot | None" = None
    move: FieldMove | Jump | None = None
    goal: bool = False
    untested: bool = False

    @property
    def jump(self) -> Jump | None:
        """The jump that has just been made to get here."""
        return self.move if isinstance(self.move, Jump) else None

    @property
    def identity(self) -> tuple[object, ...]:
        """Spots of one identity have the same moves."""
        return (self.level, self.graph, self.type, self.provided, self.runtime, id(self.node), self.jump, self.goal)


class Ground:
    """Jumps to be priced, each when something that it waits for has been."""

    def __init__(self) -> None:
        self.due: dict[Mark, None] = {}
        self._jumps: dict[Mark, tuple[list[Condition], Spot]] = {}
        self._waiting: dict[Mark, dict[Mark, None]] = {}
        self._learnt: dict[Mark, Price] = {}
        self._known: set[Mark] = set()
        self._asking: Mark | None = None

    def want(self, mark: Mark, conditions: list[Condition], before: Spot) -> None:
        """A search could go on with this jump, if it had a price."""
        if mark not in self._jumps:
            self._jumps[mark] = (conditions, before)
            self.due[mark] = None
        if self._asking is not None:
            self._waiting.setdefault(mark, {})[self._asking] = None

    def round(self) -> Iterator[tuple[Mark, tuple[list[Condition], Spot]]]:
        """What to price now. What it turns out to wait for comes in a later round."""
        due, self.due = self.due, {}
        for self._asking in due:
            yield self._asking, self._jumps[self._asking]
        self._asking = None

    def found(self, mark: Mark, price: Price) -> None:
        self._learnt[mark] = price

    def learnt(self) -> dict[Mark, Price]:
        """The prices of the round; who waited for them is due again."""
        learnt, self._learnt = self._learnt, {}
        for mark in learnt:
            self.due |= self._waiting.pop(mark, {})
            self._known.add(mark)
        self.due = {mark: None for mark in self.due if mark not in self._known}
        return learnt
