"""Places every leaf of an operation: searches a way to it, and opens the steps and selections along that way."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import Enum

from milkrun_graph.errors import PlanningFailed
from milkrun_graph.planner.conditions import (
    Chain,
    Hop,
    assign_sources,
    chains,
    items_of,
    representation_fields,
    typename_item,
)
from milkrun_graph.planner.contexts import context_argument
from milkrun_graph.planner.keys import SourceKeys
from milkrun_graph.planner.knowledge import knowledge_of
from milkrun_graph.planner.moves import FieldMove, Jump
from milkrun_graph.planner.nodes import Level, Node, Selected, Step, StepContext, merge_fields
from milkrun_graph.planner.operation import Item, Operation, PlanOptions
from milkrun_graph.planner.plan import OperationKind, RepresentationField
from milkrun_graph.planner.search import Search, Workspace
from milkrun_graph.planner.spots import Spot
from milkrun_graph.supergraph.tables import Supergraph

_WORTH_SPLITTING = 1.0


class Order(Enum):
    """In which order leaves are placed. Scarce first: what few subgraphs have opens fetches that the rest can use."""

    SCARCE = 0
    DOCUMENT = 1
    REVERSED = 2


class Builder:
    """Builds the steps of one operation."""

    def __init__(
        self, supergraph: Supergraph, operation: Operation, options: PlanOptions, order: Order = Order.SCARCE
    ) -> None:
        self._supergraph = supergraph
        self._order = order
        self._operation = operation
        known = knowledge_of(supergraph, options.labels)
        self.keys = SourceKeys(known.shapes, operation.keys)
        self.keys.assign_all(operation.items)
        self._moves = known.moves
        self.work = Workspace()
        self.search = Search(known, keys=self.keys, work=self.work, options=options, root=operation.root)
        self._variable = "_c"
        while any(name.startswith(self._variable) for name in operation.variables):
            self._variable = "_" + self._variable
        self._parts: dict[tuple[Item, ...], list[frozenset[str]]] = {}

    def build(self) -> list[Step]:
        """All steps. Raises PlanningFailed for the first leaf that has no way."""
        if self._operation.kind is OperationKind.MUTATION:
            self._mutate()
        else:
            self._place_all(self._operation.items)
        return self.work.steps

    def _mutate(self) -> None:
        """Root fields in order: the next one's request waits for all that the one before it led to."""
        for item in self._operation.items:
            leaves = self._ordered([item])
            if not leaves:
                continue
            graph = self._graph_of(leaves[0])
            group = [step for step in self.work.steps if step.group == self.work.group]
            follows = any(step.entity for step in group) or any(step.graph != graph for step in group)
            before = list(self.work.steps)
            self.work.group += follows
            self.work.places, self.work.lock = {}, graph
            if not follows:
                self.work.places = {(): [step.origin for step in group]}
            self._place_leaves(leaves)
            for step in self.work.steps[len(before) :]:
                for earlier in before if follows and not step.needs else ():
                    step.wait_for(earlier)

    def _graph_of(self, leaf: Chain) -> str:
        places, self.work.places, self.work.lock = self.work.places, {}, None
        self.search.start()
        goal = self._find_or_split(leaf)
        self.work.places = places
        return _way(goal)[0].graph

    def _find_or_split(self, leaf: Chain) -> Spot:
        goal = self.search.find(leaf)
        if goal:
            return goal
        for level, hop in enumerate(leaf):
            for one in sorted(hop.types) if len(hop.types) > 1 else ():
                goal = self.search.find(_narrowed(leaf, level, frozenset({one})))
                if goal:
                    return goal
        raise self._no_way(leaf)

    def _place_all(self, items: Iterable[Item]) -> None:
        self._place_leaves(self._ordered(items))

    def _ordered(self, items: Iterable[Item]) -> list[Chain]:
        found = list(chains(items))
        if self._order is not Order.SCARCE:
            return found if self._order is Order.DOCUMENT else found[::-1]
        return sorted(found, key=self._scarcity)

    def _scarcity(self, leaf: Chain) -> tuple[int, int]:
        return self._moves.owners(leaf[-1].types, leaf[-1].item.name), -len(leaf)

    def _place_leaves(self, leaves: list[Chain]) -> None:
        for leaf in leaves:
            self._place(leaf)

    def _place(self, leaf: Chain) -> None:
        self.search.start()
        goal = self.search.find(leaf)
        if goal and (goal.cost < _WORTH_SPLITTING or not self._known_parts(leaf)):
            self._commit(goal, leaf)
            return
        parts = self._cheapest_split(leaf, goal.cost if goal else None)
        if parts is None and goal is None:
            raise self._no_way(leaf)
        if parts is None and goal:
            self._commit(goal, leaf)
            return
        origin = self.search.origin
        for part in parts or ():
            self.search.origin = origin
            self._place(part)
        self.search.origin = None

    def _known_parts(self, leaf: Chain) -> bool:
        return any(tuple(hop.item for hop in leaf[: level + 1]) in self._parts for level in range(len(leaf)))

    def _cheapest_split(self, leaf: Chain, limit: float | None) -> list[Chain] | None:
        """The leaf by types of one level, the levels of earlier splits first; None if that is no way either."""
        for level in self._split_levels(leaf):
            items = tuple(hop.item for hop in leaf[: level + 1])
            parts = self._grouped(leaf, level)
            if len(parts) < 2:  # noqa: PLR2004 - one part is no split
                continue
            goals = self._from_one_place(parts, level)
            if all(goals) if limit is not None else any(goals):
                cost = sum(goal.cost for goal in goals if goal)
                if limit is None or cost < limit:
                    self._parts[items] = [part[level].types for part in parts]
                    return parts
        return None

    def _from_one_place(self, parts: list[Chain], level: int) -> list[Spot | None]:
        """Ways for all parts that part where the leaf is split: the objects there come from one subgraph.

        Two subgraphs' answers to one field are never taken type by type: each may leave out what the other has.
        """
        goals = [self.search.find(part) for part in parts]
        origins = {_origin(goal, level) for goal in goals if goal} - {None}
        if len(origins) <= 1:
            self.search.origin = None
            return goals
        for origin in sorted(one for one in origins if one):
            self.search.origin = (level, origin)
            self.search.start()
            goals = [self.search.find(part) for part in parts]
            if all(goals):
                return goals
        self.search.origin = None
        return [None for _ in parts]

    def _split_levels(self, leaf: Chain) -> list[int]:
        levels = [level for level, hop in enumerate(leaf) if len(hop.types) > 1]
        known = [level for level in levels if tuple(hop.item for hop in leaf[: level + 1]) in self._parts]
        return known + [level for level in reversed(levels) if level not in known]

    def _grouped(self, leaf: Chain, level: int) -> list[Chain]:
        """One leaf per group of types that every subgraph treats alike, or per type if there is one such group."""
        groups: dict[object, set[str]] = {}
        for one in sorted(leaf[level].types):
            groups.setdefault(self._likeness(one, leaf[level].item.name), set()).add(one)
        if len(groups) == 1:
            groups = {one: {one} for one in sorted(leaf[level].types)}
        return [_narrowed(leaf, level, frozenset(group)) for group in groups.values()]

    def _likeness(self, one: str, name: str) -> object:
        graphs = self._supergraph.subtypes.get(one, {})
        fields = tuple((graph, subtype.fields.get(name), subtype.keys) for graph, subtype in sorted(graphs.items()))
        return fields, self._supergraph.interfaces.get(one)

    def _no_way(self, leaf: Chain) -> PlanningFailed:
        path = tuple(hop.item.key for hop in leaf)
        return PlanningFailed(f"no subgraph can be asked for {'.'.join(path)} from here", path)

    def _commit(self, goal: Spot, leaf: Chain) -> Node:
        """Opens what the way needs; the node that is left has the leaf."""
        way = _way(goal)
        node = way[0].node or self._open_root(way[0])
        for spot in way[1:]:
            if isinstance(spot.move, Jump):
                node = self._open(node, spot.move, leaf[: spot.level], leaf[spot.level])
            elif isinstance(spot.move, FieldMove):
                node = self._select(node, leaf[spot.level - 1].item, spot)
        return node

    def _select(self, node: Node, item: Item, spot: Spot) -> Node:
        """Selects a field of the node; the child's node, or the node itself if the field is a leaf."""
        move = spot.move
        if not isinstance(move, FieldMove):
            return node
        if not item.source:
            item.source = self.keys.assign(item, node.keys)
        key = (item.source, move.asked, item.name, item.arguments)
        chosen = node.selected.get(key)
        if chosen is None:
            chosen = Selected(item.source, item.name, item.arguments, item.variables, move.asked)
            node.selected[key] = chosen
            if node.step.root is node:
                own = [one for one in node.step.contexts if one.field == item.name]
                chosen.contexts = tuple((one.name, one.value.variable) for one in own)
            if not spot.goal:
                level = Level(item.source, item.lists, node.world, move.asked)
                chosen.node = Node(
                    node.step, spot.type, spot.provided, spot.world, spot.runtime,
                    (*node.levels, level), (*node.keys, item.source), parent=node,
                )  # fmt: skip
                self._register(chosen.node)
        chosen.filler &= item.filler
        return chosen.node or node

    def _register(self, node: Node) -> None:
        self.work.places.setdefault(node.keys, []).append(node)

    def _new_step(self, graph: str, *, entity: bool) -> Step:
        step = Step(len(self.work.steps), graph, entity=entity, group=self.work.group)
        self.work.steps.append(step)
        return step

    def _open_root(self, spot: Spot) -> Node:
        step = self._new_step(spot.graph, entity=False)
        step.root = Node(step, spot.type, (), spot.world, spot.runtime, (), ())
        self._register(step.root)
        return step.root

    def _open(self, node: Node, jump: Jump, prefix: Chain, hop: Hop) -> Node:
        """Enters another subgraph from the node, or joins an entry that is there already."""
        types = node.world if jump.whole else hop.types & node.world
        key, needs = self._secure(items_of(self._supergraph, self.keys.shapes, jump.key, types), node, prefix, types)
        requires, more = self._secure(
            items_of(self._supergraph, self.keys.shapes, jump.requires, types), node, prefix, types
        )
        needs |= more | {node.step} | self._secure_typenames(jump, node, prefix, types)
        contexts, above = self._secure_contexts(jump, node, prefix)
        needs |= above
        levels = tuple(
            Level(level.key, level.lists, level.world, one.types & level.world)
            for level, one in zip(node.levels, prefix, strict=True)
        )
        step = self._joinable(node, _Wanted(jump, levels, types, key, requires), needs)
        if step is None:
            step = self._new_step(jump.graph, entity=not jump.is_root)
            step.typename, step.key, step.requires = jump.typename, key, requires
            step.root = Node(step, jump.type, (), node.world, types, levels, node.keys)
            self._register(step.root)
        for need in sorted(needs, key=lambda one: one.index):
            step.wait_for(need)
        step.contexts += tuple(one for one in contexts if one not in step.contexts)
        step.carried |= jump.carries
        return step.origin

    def _secure(
        self, items: tuple[Item, ...], node: Node, prefix: Chain, types: frozenset[str]
    ) -> tuple[tuple[RepresentationField, ...], set[Step]]:
        """Places what a representation needs; its shape, and the steps that bring its parts."""
        assign_sources(self.keys, items, node.keys)
        needs: set[Step] = set()
        for chain in chains(items, prefix):
            needs |= self._place_condition(chain)
        return representation_fields(items, types), needs

    def _secure_contexts(self, jump: Jump, node: Node, prefix: Chain) -> tuple[tuple[StepContext, ...], set[Step]]:
        """Places what the field takes from above."""
        needs: set[Step] = set()
        contexts = []
        for argument in jump.contexts:
            found = self.search.contexts.find(argument, prefix)
            if found is None:
                continue
            assign_sources(self.keys, found.items, node.keys[: found.depth])
            for chain in chains(found.items, prefix[: found.depth]):
                needs |= self._place_condition(chain)
            variable = f"{self._variable}_{jump.field}_{argument.name}"
            value = context_argument(variable, found, prefix[found.depth].types)
            contexts.append(StepContext(jump.field, argument.name, argument.type, value))
        return tuple(contexts), needs

    def _secure_typenames(self, jump: Jump, node: Node, prefix: Chain, types: frozenset[str]) -> set[Step]:
        """Makes sure that objects which are told apart by type on the way have their ``__typename``."""
        needs: set[Step] = set()
        places: list[tuple[int, frozenset[str]]] = []
        if not jump.is_root and (jump.typename is None or types != node.world):
            places.append((len(prefix), node.world))
        for depth, (level, hop) in enumerate(zip(node.levels, prefix, strict=True)):
            if depth and not level.world <= hop.types:
                places.append((depth, level.world))
        for depth, world in places:
            needs |= self._place_condition((*prefix[:depth], Hop(typename_item(world), world)))
        return needs

    def _place_condition(self, chain: Chain) -> set[Step]:
        self.search.start()
        goal = self.search.find(chain)
        if goal:
            return {self._commit(goal, chain).step}
        parts = self._cheapest_split(chain, None)
        if parts is None:
            raise self._no_way(chain)
        return set[Step]().union(*(self._place_condition(part) for part in parts))

    def _joinable(self, node: Node, entry: "_Wanted", needs: set[Step]) -> Step | None:
        """An entry at the same place that can carry this one's fields as well, without another stage for it."""
        stage = 1 + max(need.stage for need in needs)
        for place in self.work.places.get(node.keys, ()):
            step = place.step
            if not entry.equals(place) or any(need.depends_on(step) for need in needs):
                continue
            if stage > step.stage and stage + step.tail > max(self.work.stages, stage):
                continue
            keys, more = merge_fields(step.key, entry.key), merge_fields(step.requires, entry.requires)
            if keys is None or more is None or merge_fields(keys, more) is None:
                continue
            step.key, step.requires = keys, more
            return step
        return None


@dataclass(frozen=True, slots=True)
class _Wanted:
    """The entry that a jump needs."""

    jump: Jump
    levels: tuple[Level, ...]
    types: frozenset[str]
    key: tuple[RepresentationField, ...]
    requires: tuple[RepresentationField, ...]

    def equals(self, place: Node) -> bool:
        """Whether the place is the root of an entry for the same objects, which can be told the same way."""
        step, jump = place.step, self.jump
        if step.root is not place or not step.entity or jump.is_root:
            return False
        same = step.graph == jump.graph and step.typename == jump.typename and place.type == jump.type
        return same and place.levels == self.levels and place.runtime == self.types


def _way(goal: Spot) -> list[Spot]:
    way, spot = [], goal
    while True:
        way.append(spot)
        if spot.previous is None:
            return way[::-1]
        spot = spot.previous


def _origin(goal: Spot, level: int) -> str | None:
    """The subgraph that the objects at a level come from on this way; None if an entity fetch is there already."""
    first = next((spot for spot in _way(goal) if spot.level >= level), goal)
    node = first.node
    while node and len(node.levels) > level:
        node = node.parent
        if node is None:
            return None
    if node and node.step.root is node and node.step.entity:
        return None
    return first.graph


def _narrowed(leaf: Chain, level: int, types: frozenset[str]) -> Chain:
    return (*leaf[:level], replace(leaf[level], types=types), *leaf[level + 1 :])
