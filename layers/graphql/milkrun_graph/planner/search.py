"""Finds the cheapest way to one leaf, given the steps that exist already.

Dijkstra's algorithm over spots.  A spot is a position on the leaf's chain: an existing one (free), or one that would
be opened.  The cost of a jump holds the cost of its key and requirements, each found by the same search; it is
only computed when the jump is the cheapest thing left to try.
"""

import heapq
from collections.abc import Iterable, Iterator
from dataclasses import replace

from milkrun_graph.errors import PlanningFailed
from milkrun_graph.planner.conditions import Chain, chains, find_sources, items_of, typename_item
from milkrun_graph.planner.keys import SourceKeys
from milkrun_graph.planner.knowledge import Knowledge
from milkrun_graph.planner.moves import ENTITIES, FieldMove, Jump, Position
from milkrun_graph.planner.nodes import Keys, Node, Step
from milkrun_graph.planner.operation import TYPENAME, PlanOptions
from milkrun_graph.planner.spots import Condition, Ground, Spot

STAGE, FETCH, SHARED_FETCH, FIELD = 100.0, 10.0, 1.0, 0.01
_OVER, _LATE = 0.5, 0.05
_DEPTHS = (3, 6)
_ANY_DEPTH = 1_000_000


class _OutOfPatience(Exception):
    """This attempt takes too long: another way may do."""


class Workspace:
    """What exists so far: steps, and their positions by path. A mutation's root fields have one each."""

    def __init__(self) -> None:
        self.steps: list[Step] = []
        self.places: dict[Keys, list[Node]] = {}
        self.group = 0
        self.lock: str | None = None

    @property
    def stages(self) -> int:
        """The number of stages so far."""
        return max((step.stage for step in self.steps), default=0)

    def shares(self, graph: str, stage: int) -> bool:
        """Whether another list of entities travels to this graph at that stage."""
        return any(
            step.graph == graph and step.entity and step.stage == stage and step.group == self.group
            for step in self.steps
        )


class Search:
    """One planning run's search, with its budget and memory."""

    def __init__(
        self,
        known: Knowledge,
        *,
        keys: SourceKeys,
        work: Workspace,
        options: PlanOptions,
        root: str,
    ) -> None:
        self._supergraph = known.supergraph
        self._moves = known.moves
        self._keys = keys
        self._work = work
        self._options = options
        self._root = root
        self.contexts = known.contexts
        self._depth = 0
        self._cut = False
        self._patience = 0
        self._ground: Ground | None = None
        self._conditions: dict[tuple[object, ...], list[Condition]] = {}
        self._prices: dict[tuple[object, ...], tuple[float, int]] = {}
        self._failed: dict[tuple[object, ...], int] = {}
        self._leaf_states = 0
        self.states = 0
        self.origin: tuple[int, str] | None = None

    def start(self) -> None:
        """Forgets what was remembered of an earlier state of the work, and gives the next leaf its budget."""
        self._prices.clear()
        self._failed.clear()
        self._conditions.clear()
        self._leaf_states = 0

    def find(self, chain: Chain) -> Spot | None:
        """The goal at the end of the cheapest way, or None.

        A key may need a jump for which another key is needed, and so on.  The search first allows few such
        nestings: so what it remembers of one nesting holds wherever that nesting is met again.  If there are more,
        or too many ways to nest, jumps are priced from the ground up.
        """
        for depth in _DEPTHS:
            self._depth, self._cut = depth, False
            self._patience = self._leaf_states + self._options.limits.states_per_attempt
            try:
                goal = self._cheapest(chain, None)
            except _OutOfPatience:
                break
            if goal or not self._cut:
                return goal
        return self._from_the_ground(chain)

    def _from_the_ground(self, chain: Chain) -> Spot | None:
        """Like ``find``, but nothing nests: a jump may be made once all that it needs has been found without it.

        The first rounds price what needs no jump, the next what needs these, until the leaf is reached or nothing
        more can be: so whatever has a way at all is found, in a number of searches that grows with the number of
        jumps, not of their combinations.
        """
        ground = self._ground = Ground()
        self._prices.clear()
        self._depth, self._patience = _ANY_DEPTH, _ANY_DEPTH
        try:
            while True:
                goal = self._cheapest(chain, None)
                if goal or not ground.due:
                    return goal
                for mark, (conditions, before) in ground.round():
                    price = self._price_conditions(conditions, before)
                    if price is not None:
                        ground.found(mark, price)
                self._prices.update(ground.learnt())
        finally:
            self._ground = None
            self._prices.clear()

    def _cheapest(self, chain: Chain, extra: Spot | None) -> Spot | None:
        heap: list[tuple[float, int, int, Spot]] = []
        count = 0
        for spot in self._starts(chain, extra):
            heapq.heappush(heap, (spot.cost, -spot.level, count, spot))
            count += 1
        done: set[tuple[object, ...]] = set()
        while heap:
            spot = heapq.heappop(heap)[3]
            self._count(chain)
            if spot.goal:
                return spot
            if spot.untested:
                tested = self._tested(spot, chain)
                if tested:
                    heapq.heappush(heap, (tested.cost, -tested.level, count, tested))
                    count += 1
                continue
            if spot.identity in done:
                continue
            done.add(spot.identity)
            for following in self._moves_from(spot, chain):
                heapq.heappush(heap, (following.cost, -following.level, count, following))
                count += 1
        return None

    def conditions(self, jump: Jump, prefix: Chain, types: frozenset[str]) -> list[Condition]:
        """What the jump needs, with the source keys that exist already."""
        items = [
            *items_of(self._supergraph, self._keys.shapes, jump.key, types),
            *items_of(self._supergraph, self._keys.shapes, jump.requires, types),
        ]
        if jump.typename is None and not jump.is_root:
            items.append(typename_item(types))
        above: list[Condition] = []
        for argument in jump.contexts:
            found = self.contexts.find(argument, prefix)
            depth = found.depth if found else 0
            above.extend((depth, chain) for chain in chains(found.items if found else (), prefix[:depth]))
        keys = _keys_of(prefix)
        if keys is not None:
            find_sources(self._keys, items, keys)
        return [*((len(prefix), chain) for chain in chains(items, prefix)), *above]

    def _count(self, chain: Chain) -> None:
        self.states += 1
        self._leaf_states += 1
        if self._leaf_states > self._patience and self._ground is None:
            raise _OutOfPatience
        limits = self._options.limits
        if self._leaf_states > limits.states_per_leaf or self.states > limits.states:
            path = tuple(hop.item.key for hop in chain)
            raise PlanningFailed("the search for a plan was given up: too many ways", path, "QUERY_PLANNING_LIMIT")

    def _starts(self, chain: Chain, extra: Spot | None) -> Iterator[Spot]:
        if extra:
            yield replace(extra, cost=0.0, untested=False)
        keys: Keys = ()
        for level, hop in enumerate(chain):
            for node in self._work.places.get(keys, ()):
                over = _covers(node, chain)
                if over is not None and self._allowed(node, level):
                    yield self._at(node, level, over * _OVER + node.step.stage * _LATE)
            if not hop.item.source:
                break
            keys = (*keys, hop.item.source)
        yield from self._new_roots(chain[0].item.name)

    def _allowed(self, node: Node, level: int) -> bool:
        """Whether the objects that were restricted to come from one subgraph do."""
        return (node.step.root is node and node.step.entity) or self._may_come(level, node.step.graph)

    def _may_come(self, level: int, graph: str) -> bool:
        return self.origin is None or level != self.origin[0] or graph == self.origin[1]

    def _at(self, node: Node, level: int, cost: float) -> Spot:
        step = node.step
        return Spot(level, step.graph, node.type, node.provided, node.world, node.runtime, cost, step.stage, node)

    def _new_roots(self, name: str) -> Iterator[Spot]:
        opened = {node.step.graph for node in self._work.places.get((), ())}
        cost = FETCH + _LATE + (0 if self._work.stages else STAGE)
        world = frozenset({self._root})
        for graph, subtype in self._supergraph.subtypes.get(self._root, {}).items():
            if (
                (name in subtype.fields or name == TYPENAME)
                and graph not in opened
                and self._work.lock in {None, graph}
            ):
                yield Spot(0, graph, self._root, (), world, world, cost, 1)

    def _moves_from(self, spot: Spot, chain: Chain) -> Iterator[Spot]:
        hop = chain[spot.level]
        types = hop.types & spot.world
        if not types:
            yield replace(spot, goal=True, previous=spot, move=None, node=None, untested=False)
            return
        if not types <= spot.runtime:
            return
        carried = spot.jump.carries if spot.jump else frozenset[str]()
        if spot.node and spot.node is spot.node.step.root:
            carried = spot.node.step.carried
        position = Position(spot.graph, spot.type, spot.provided, spot.runtime & spot.world, carried)
        move = self._moves.field(position, types, hop.item.name)
        if move:
            yield from self._ask(spot, chain, move)
        if not spot.jump:
            yield from self._jumps(spot, chain, types)

    def _ask(self, spot: Spot, chain: Chain, move: FieldMove) -> Iterator[Spot]:
        hop = chain[spot.level]
        known = spot.node.find(hop.item, hop.item.source, move.asked) if spot.node else None
        level = spot.level + 1
        if level == len(chain):
            cost = spot.cost + (0 if known else FIELD)
            none = frozenset[str]()
            yield Spot(level, spot.graph, "", (), none, none, cost, spot.stage, None, spot, move, goal=True)
        elif known is None and self._may_come(level, spot.graph):
            runtime = self._members(chain, spot, move.child)
            yield Spot(
                level, spot.graph, move.child, move.provided, runtime, runtime, spot.cost + FIELD, spot.stage,
                None, spot, move,
            )  # fmt: skip

    def _jumps(self, spot: Spot, chain: Chain, types: frozenset[str]) -> Iterator[Spot]:
        name = chain[spot.level].item.name
        for jump in self._moves.jumps(spot.graph, spot.type, types, name):
            if jump.is_root and not spot.level:
                continue
            if any(self.contexts.find(one, chain[: spot.level]) is None for one in jump.contexts):
                continue
            again = jump.graph == spot.graph
            if again and not jump.requires and not jump.contexts:
                continue
            entering = spot.world if jump.whole else types
            yield Spot(
                spot.level, jump.graph, jump.type, (), spot.world, entering, spot.cost + SHARED_FETCH, spot.stage + 1,
                None, spot, jump, untested=True,
            )  # fmt: skip

    def _tested(self, spot: Spot, chain: Chain) -> Spot | None:
        """The jump with its true cost; None if its key or requirements cannot be had."""
        jump, before = spot.jump, spot.previous
        if jump is None or before is None:
            return None
        if self._depth == 0:
            self._cut = True
            return None
        added = self._price(jump, before, chain)
        if added is None:
            return None
        cost, reached = added
        stage = max(before.stage, reached) + 1
        fetch = SHARED_FETCH if self._work.shares(jump.graph, stage) else FETCH
        cost += fetch + STAGE * max(0, stage - max(self._work.stages, before.stage)) + _LATE * stage
        return replace(spot, cost=before.cost + cost, stage=stage, untested=False)

    def _price(self, jump: Jump, before: Spot, chain: Chain) -> tuple[float, int] | None:
        prefix = chain[: before.level]
        types = before.world if jump.whole else chain[before.level].types & before.world
        mark = (prefix, jump.needs, types, before.identity)
        if mark in self._prices:
            return self._prices[mark]
        if self._ground:
            self._ground.want(mark, self._conditions_of(jump, prefix, types), before)
            return None
        failed = self._failed.get(mark, -1)
        if failed >= self._depth:
            self._cut |= failed != _ANY_DEPTH
            return None
        cut, self._cut = self._cut, False
        price = self._price_conditions(self._conditions_of(jump, prefix, types), before)
        if price is None:
            self._failed[mark] = self._depth if self._cut else _ANY_DEPTH
        else:
            self._prices[mark] = price
        self._cut |= cut
        return price

    def _conditions_of(self, jump: Jump, prefix: Chain, types: frozenset[str]) -> list[Condition]:
        mark = (jump.needs, prefix, types)
        known = self._conditions.get(mark)
        if known is None:
            known = self._conditions[mark] = self.conditions(jump, prefix, types)
        return known

    def _price_conditions(self, conditions: Iterable[Condition], before: Spot) -> tuple[float, int] | None:
        total, stage = 0.0, 0
        self._depth -= 1
        try:
            for level, condition in conditions:
                goal = self._cheapest(condition, _up_to(level, before))
                if goal is None:
                    return None
                total += goal.cost
                stage = max(stage, goal.stage)
        finally:
            self._depth += 1
        return total, stage

    def _members(self, chain: Chain, spot: Spot, child: str) -> frozenset[str]:
        """The types below: of a union that several graphs can deliver here, those that all of them know."""
        own = self._moves.runtime(spot.graph, child)
        if len(own) < 2 or not self._options.common_members or self._moves.is_interface_object(spot.graph, child):  # noqa: PLR2004
            return own
        common = own
        for graph in self._supergraph.graphs:
            if graph != spot.graph:
                other = self._resolves(graph, chain, spot.level)
                if other and other & own:
                    common &= other
        return common or own

    def _resolves(self, graph: str, chain: Chain, level: int) -> frozenset[str]:
        """The types that another graph would deliver for this field of the chain; empty if it cannot be asked."""
        hop = chain[level]
        found = frozenset[str]()
        for one in hop.types:
            subtype = self._supergraph.subtype(one, graph)
            field = subtype.fields.get(hop.item.name) if subtype else None
            if field is None or field.external or field.requires or not self._moves.usable(field):
                return frozenset()
            found |= self._moves.runtime(graph, field.type.named)
        above = level == 0 or bool(self._resolves(graph, chain, level - 1))
        entered = above or any(
            jump.graph == graph for jump in self._moves.jumps("", ENTITIES, hop.types, hop.item.name)
        )
        return found if entered else frozenset()


def _up_to(level: int, spot: Spot) -> Spot | None:
    """The way's last position that is not below the level."""
    found: Spot | None = spot
    while found and found.level > level:
        found = found.previous
    return found


def _keys_of(prefix: Chain) -> Keys | None:
    keys = tuple(hop.item.source for hop in prefix)
    return keys if all(keys) else None


def _covers(node: Node, chain: Chain) -> int | None:
    """None if the position lacks some of the leaf's objects; else on how many levels it has too many."""
    over = 0
    for level, hop in zip(node.levels, chain, strict=False):
        wanted = hop.types & level.world
        if not wanted <= level.types:
            return None
        over += level.types != wanted
    return over
