"""A plan made ready to run: its code, its constant bytes, and who waits for whom."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import orjson

from milkrun_graph.executor.collect import Builder, Collector, builder, collector
from milkrun_graph.executor.options import Options
from milkrun_graph.executor.project import Projector, projector
from milkrun_graph.planner.plan import Entry, Fetch, OperationKind, Plan


@dataclass(frozen=True, slots=True)
class ReadyEntry:
    """``same`` is equal for entries that find the same targets and tell the same about them."""

    entry: Entry
    collect: Collector
    build: Builder
    same: int


@dataclass(frozen=True, slots=True)
class ReadyFetch:
    """``at`` is its place in the plan, ``after`` the places of those that wait for it.

    ``lists`` has of the entries the first with each alias: a list of representations is sent for each.
    """

    at: int
    fetch: Fetch
    head: bytes
    entries: tuple[ReadyEntry, ...]
    lists: tuple[ReadyEntry, ...]
    after: tuple[int, ...]
    seconds: float

    @property
    def repeatable(self) -> bool:
        """Asking twice changes nothing."""
        return self.fetch.kind is OperationKind.QUERY or bool(self.entries)


@dataclass(frozen=True, slots=True)
class ReadyPlan:
    """``waits`` has, per fetch, how many must end before it."""

    plan: Plan
    fetches: tuple[ReadyFetch, ...]
    waits: tuple[int, ...]
    project: Projector


def ready(plan: Plan, options: Options, names: Mapping[str, str]) -> ReadyPlan:
    """Compile a plan. ``names`` are the subgraphs' public names, by which the options know them."""
    places = {fetch.id: at for at, fetch in enumerate(plan.fetches)}
    entries = _entries(plan)
    fetches = tuple(
        ReadyFetch(
            at=places[fetch.id],
            fetch=fetch,
            head=b'{"query":' + orjson.dumps(fetch.query) + b',"variables":{',
            entries=entries[fetch.id],
            lists=_lists(entries[fetch.id]),
            after=tuple(places[other.id] for other in plan.fetches if fetch.id in other.needs),
            seconds=options.seconds.get(names.get(fetch.graph, fetch.graph), options.subgraph_seconds),
        )
        for fetch in plan.fetches
    )
    return ReadyPlan(plan, fetches, tuple(len(fetch.needs) for fetch in plan.fetches), projector(plan.projection))


def _entries(plan: Plan) -> dict[int, tuple[ReadyEntry, ...]]:
    shapes: dict[tuple[object, ...], ReadyEntry] = {}
    return {fetch.id: tuple(_entry(entry, shapes) for entry in fetch.entries) for fetch in plan.fetches}


def _lists(entries: tuple[ReadyEntry, ...]) -> tuple[ReadyEntry, ...]:
    found: dict[str, ReadyEntry] = {}
    for ready in entries:
        found.setdefault(ready.entry.alias, ready)
    return tuple(found.values())


def _entry(entry: Entry, shapes: dict[tuple[object, ...], ReadyEntry]) -> ReadyEntry:
    key = (entry.path, entry.types, entry.representation)
    first = shapes.get(key)
    if first is None:
        first = shapes[key] = ReadyEntry(entry, collector(entry), builder(entry.representation), len(shapes))
    return ReadyEntry(entry, first.collect, first.build, first.same)
