"""The search: every field of the API schema from every set of positions in which its parent can be found.

A query fails when none of the positions of an object leads to a field.  Fewer positions are harder to satisfy than
more, so a set that includes one already searched needs no search of its own.

A label of an override is assumed to be on, and to be off, only where a path comes upon it, and from there on for the
whole path.  Fewer assumptions stand for more queries, so that they, too, include others.
"""

import heapq
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from milkrun_graph.composer.issues import Report
from milkrun_graph.composer.merge import Merged
from milkrun_graph.composer.model import Field, Schema, composite, named
from milkrun_graph.composer.satisfiability.moves import Labels, LabelUnknown, Moves, Position
from milkrun_graph.composer.satisfiability.reasons import describe_failure, describe_mismatch, describe_object_failure
from milkrun_graph.composer.subgraph import Loaded

MAX_STATES = 1_000_000
MAX_ERRORS = 25


@dataclass(frozen=True, slots=True)
class Place:
    """A type of the supergraph, the positions that its objects may have, and one query that leads there."""

    type: str
    positions: frozenset[Position]
    path: tuple[str, ...]
    labels: Labels = frozenset()

    def covers(self, other: "Place") -> bool:
        """Whether the other needs no search, if this one had its own."""
        return self.positions <= other.positions and self.labels <= other.labels


def check_satisfiability(subgraphs: Sequence[Loaded], merged: Merged, api: Schema, report: Report) -> None:
    """Report every field of the API schema that some query cannot get."""
    Search(Moves({subgraph.name: subgraph for subgraph in subgraphs}, merged), api, report).run()


class Search:
    """One search through all places."""

    def __init__(self, moves: Moves, api: Schema, report: Report) -> None:
        self.subgraphs = moves.subgraphs
        self.moves = {moves.labels: moves}
        self.api = api
        self.report = report
        self.seen: dict[str, list[Place]] = {}
        self.failed: set[tuple[str, str]] = set()
        self.places: list[tuple[int, int, int, Place]] = []
        self.states = 0

    def run(self) -> None:
        """Search from all roots."""
        for operation, name in self.api.roots.items():
            starts = frozenset(
                Position(one.name, name) for one in self.subgraphs.values() if one.type(name) or name == "Query"
            )
            self._enter(Place(name, starts, (operation,)))
        while self.places and len(self.failed) < MAX_ERRORS:
            self._visit_once(heapq.heappop(self.places)[-1])
            if self.states > MAX_STATES:
                message = f"More than {MAX_STATES} combinations of subgraphs to look at: the graph is too entangled."
                self.report.error("MAX_VALIDATION_SUBGRAPH_PATHS_EXCEEDED", message)
                return

    def _enter(self, place: Place) -> None:
        """Queue a place: those with few positions come first, as they are the hardest to satisfy."""
        if not any(one.covers(place) for one in self.seen.get(place.type, ())):
            self.states += 1
            heapq.heappush(self.places, (len(place.positions), len(place.labels), self.states, place))

    def _visit_once(self, place: Place) -> None:
        """Visit a place, unless a harder one was visited before."""
        seen = self.seen.setdefault(place.type, [])
        if not any(one.covers(place) for one in seen):
            seen.append(place)
            self._visit(place)

    def _visit(self, place: Place) -> None:
        type_ = self.api.types[place.type]
        if type_.kind != "OBJECT":
            for name in sorted(self.api.possible(place.type)):
                self._decide(place, partial(self._enter_object, place, name))
            return
        for field in type_.fields.values():
            self._decide(place, partial(self._follow, place, field))

    def _decide(self, place: Place, step: Callable[[Moves], None]) -> None:
        """Take a step from a place, once for each setting of the labels on which it depends."""
        pending = [self.moves[place.labels]]
        while pending:
            moves = pending.pop()
            try:
                step(moves)
            except LabelUnknown as unknown:
                pending += [self._assuming(moves, unknown.label, on) for on in (True, False)]

    def _assuming(self, moves: Moves, label: str, on: bool) -> Moves:
        labels = moves.labels | {(label, on)}
        if labels not in self.moves:
            self.moves[labels] = moves.assuming(label, on)
        return self.moves[labels]

    def _enter_object(self, place: Place, name: str, moves: Moves) -> None:
        """One of the objects that an interface or union can be."""
        found: set[Position] = set()
        for position in place.positions:
            here = self.subgraphs[position.subgraph]
            if here.is_interface_object(position.type):
                down = moves.down(position, name)
                known = [one for one in moves.reach(name, down) if one.type == name]
                found |= {down, *known} if known else set()
            elif name in here.schema.possible(position.type):
                found.add(moves.down(position, name))
            else:
                return  # this subgraph never answers with such an object, and it may be the one that is asked
        path = (*place.path, f"... on {name}")
        if not found:
            self._fail(place, name, describe_object_failure(moves, place.positions, path))
            return
        self._enter(Place(name, frozenset(found), path, moves.labels))

    def _follow(self, place: Place, field: Field, moves: Moves) -> None:
        found = {
            after
            for position in place.positions
            for reached in [moves.reach(place.type, position)]
            for one in reached
            for after in moves.step(place.type, one, field.name, reached)
        }
        path = (*place.path, field.name)
        if not found:
            self._fail(place, field.name, describe_failure(moves, place.type, place.positions, path))
            return
        target = self.api.types.get(named(field.type))
        if target is None or not composite(target):
            return
        self._compare(place.type, field, found, path)
        self._enter(Place(target.name, frozenset(found), path, moves.labels))

    def _fail(self, place: Place, name: str, message: str) -> None:
        if (place.type, name) not in self.failed:
            self.failed.add((place.type, name))
            self.report.error("SATISFIABILITY_ERROR", message)

    def _compare(self, type_: str, field: Field, found: set[Position], path: tuple[str, ...]) -> None:
        """A field that several subgraphs resolve must be able to give the same objects in all of them."""
        types = self._runtime_types(found)
        if len(types) < 2 or len(set(types.values())) == 1:  # noqa: PLR2004 - a pair
            return
        message = describe_mismatch(path, f"{type_}.{field.name}", field.type, types)
        known = self.api.possible(named(field.type))
        if any(types.values()) and not frozenset.intersection(known, *types.values()):
            self.report.error("SHAREABLE_HAS_MISMATCHED_RUNTIME_TYPES", message)
        else:
            self.report.hint("INCONSISTENT_RUNTIME_TYPES_FOR_SHAREABLE_RETURN", message)

    def _runtime_types(self, found: set[Position]) -> Mapping[str, frozenset[str]]:
        types = {}
        for one in sorted(found, key=lambda position: position.subgraph):
            here = self.subgraphs[one.subgraph]
            own = here.type(one.type)
            if own is not None and own.kind in ("INTERFACE", "UNION"):
                types[one.subgraph] = here.schema.possible(one.type)
        return types
