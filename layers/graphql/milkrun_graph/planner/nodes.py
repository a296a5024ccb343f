"""Fetches under construction: steps, and the positions in their selections."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from milkrun_graph.planner.operation import Item
from milkrun_graph.planner.plan import ContextArgument, RepresentationField
from milkrun_graph.supergraph.tables import Arguments, FieldSet

type Keys = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Level:
    """One step from the root of the response down to a position.

    Objects of ``world`` may occur above; the position is reached from those in ``types`` only. Below is ``key``.
    """

    key: str
    lists: int
    world: frozenset[str]
    types: frozenset[str]


@dataclass(slots=True, eq=False)
class Selected:
    """One field in a selection. ``types``: the object types that it is asked for; a ``filler`` gives way to others."""

    source: str
    name: str
    arguments: Arguments
    variables: frozenset[str]
    types: frozenset[str]
    node: "Node | None" = None
    contexts: tuple[tuple[str, str], ...] = ()
    filler: bool = True


@dataclass(frozen=True, slots=True)
class StepContext:
    """An argument of ``field`` that comes from above: ``name`` and ``type`` are the argument's."""

    field: str
    name: str
    type: str
    value: ContextArgument


@dataclass(slots=True, eq=False)
class Node:
    """A position in a step: what is selected of the objects there.

    ``world``: types that may occur; ``runtime``: those of them that this position has.
    """

    step: "Step"
    type: str
    provided: FieldSet
    world: frozenset[str]
    runtime: frozenset[str]
    levels: tuple[Level, ...]
    keys: Keys
    selected: dict[tuple[str, frozenset[str], str, Arguments], Selected] = field(default_factory=dict)
    parent: "Node | None" = None

    def find(self, item: Item, source: str | None, types: frozenset[str]) -> Selected | None:
        """What asks for exactly this already."""
        return self.selected.get((source, types, item.name, item.arguments)) if source else None


@dataclass(slots=True, eq=False)
class Step:
    """A fetch to be: a root request, or one list of entities. ``needs`` must have ended before it starts."""

    index: int
    graph: str
    root: Node | None = None
    typename: str | None = None
    entity: bool = False
    stage: int = 1
    needs: set["Step"] = field(default_factory=set)
    dependents: set["Step"] = field(default_factory=set)
    key: tuple[RepresentationField, ...] = ()
    requires: tuple[RepresentationField, ...] = ()
    carried: frozenset[str] = frozenset()
    contexts: tuple["StepContext", ...] = ()
    group: int = 0

    def wait_for(self, other: "Step") -> None:
        """Adds a need. The stages of all that waits for this step move with it."""
        self.needs.add(other)
        other.dependents.add(self)
        stack = [(self, other.stage + 1)]
        while stack:
            step, stage = stack.pop()
            if stage > step.stage:
                step.stage = stage
                stack.extend((dependent, stage + 1) for dependent in step.dependents)

    @property
    def tail(self) -> int:
        """How many stages wait for this step, one after another."""
        last, stack = self.stage, list(self.dependents)
        seen = set(stack)
        while stack:
            step = stack.pop()
            last = max(last, step.stage)
            stack.extend(step.dependents - seen)
            seen |= step.dependents
        return last - self.stage

    @property
    def origin(self) -> "Node":
        """The root position."""
        if self.root is None:
            raise AssertionError("a step has a root from the moment it is opened")
        return self.root

    def depends_on(self, other: "Step") -> bool:
        """Whether it is, or waits for, the other one."""
        stack, seen = [self], {self}
        while stack:
            step = stack.pop()
            if step is other:
                return True
            stack.extend(need for need in step.needs if need not in seen)
            seen |= step.needs
        return False


def merge_fields(
    mine: Iterable[RepresentationField], theirs: Iterable[RepresentationField]
) -> tuple[RepresentationField, ...] | None:
    """Two parts of a representation as one; None if they put different values under one name."""
    merged: dict[tuple[str, frozenset[str] | None], RepresentationField] = {}
    for one in (*mine, *theirs):
        known = merged.get((one.name, one.types))
        if known is None:
            merged[one.name, one.types] = one
            continue
        inner = merge_fields(known.fields, one.fields)
        if known.source != one.source or inner is None:
            return None
        merged[one.name, one.types] = RepresentationField(one.name, one.source, one.types, inner)
    if _overlap(list(merged.values())):
        return None
    return tuple(merged.values())


def _overlap(fields: list[RepresentationField]) -> bool:
    """Whether one object could get one name from two sources."""
    for index, one in enumerate(fields):
        for other in fields[index + 1 :]:
            same = one.name == other.name and one.source != other.source
            if same and (one.types is None or other.types is None or one.types & other.types):
                return True
    return False
