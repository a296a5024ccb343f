"""Runs a plan: every fetch starts the moment that what it needs has ended, and answers grow one working object.

There is no task per fetch: a fetch is a future, and what follows from its answer is a callback.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import orjson

from milkrun_graph.executor.collect import Object, walk
from milkrun_graph.executor.compiled import ReadyEntry, ReadyFetch, ReadyPlan
from milkrun_graph.executor.context import Asked, Split, by_context
from milkrun_graph.executor.exact import exactly
from milkrun_graph.executor.faults import Faults
from milkrun_graph.executor.generate import Untold, fits
from milkrun_graph.executor.merge import copied, merge, together
from milkrun_graph.executor.transport import SubgraphDisconnected, SubgraphStatus, SubgraphTimeout
from milkrun_graph.planner.plan import Entry

type Targets = list[list[Object]]
type Fetcher = Callable[[str, bytes, Mapping[str, str], float], Awaitable[bytes]]

# Seconds after a deadline in which a transport may still report it itself.
GRACE = 0.05
_NOTHING: Asked = ([], [])


@dataclass(frozen=True, slots=True)
class Asking:
    """What of a request reaches subgraphs: its variables as sent, and the headers that are passed on."""

    variables: Mapping[str, Any]
    headers: Mapping[str, str]


class Run:
    """One execution of a plan."""

    def __init__(
        self, plan: ReadyPlan, fetch: Fetcher, asking: Asking, names: Mapping[str, str], *, verbose: bool
    ) -> None:
        self.data: Object = {}
        self.faults = Faults(plan.plan.projection, self.data, names, verbose)
        self._plan, self._fetch = plan, fetch
        self._variables, self._headers, self._names = asking.variables, asking.headers, names
        self._loop = asyncio.get_running_loop()
        self._waits = list(plan.waits)
        self._left = len(plan.fetches)
        self._parts = [1] * len(plan.fetches)
        self._done: asyncio.Future[None] = self._loop.create_future()
        self._under_way: set[asyncio.Future[bytes]] = set()
        # Entries that find the same, until something was merged.
        self._same: dict[int, Asked] = {}

    async def finish(self) -> None:
        """Run all fetches. What fails is in ``faults``."""
        if not self._left:
            return
        for fetch in self._plan.fetches:
            if not self._plan.waits[fetch.at]:
                self._begin(fetch)
        try:
            await self._done
        finally:
            for future in self._under_way:
                future.cancel()

    def _begin(self, fetch: ReadyFetch) -> None:
        if fetch.fetch.path and not any(walk(self.data, fetch.fetch.path, self.faults.untold)):
            self._ended(fetch)
            return
        if not fetch.entries:
            self._send(fetch, self._body(fetch, []), {})
            return
        everything = self._asked(fetch)
        requests: list[Split] = [(everything, [])]
        if any(ready.entry.contexts for ready in fetch.entries):
            requests = by_context(self.data, fetch, everything)
        requests = [request for request in requests if any(texts for _, texts in request[0].values())]
        if not requests:
            self._ended(fetch)
            return
        self._parts[fetch.at] = len(requests)
        for asked, more in requests:
            parts = [
                b'"%b":[%b]' % (r.entry.variable.encode(), b",".join(asked[r.entry.alias][1])) for r in fetch.lists
            ]
            self._send(fetch, self._body(fetch, parts + more), {alias: found for alias, (found, _) in asked.items()})

    def _asked(self, fetch: ReadyFetch) -> dict[str, Asked]:
        """What each list of the fetch is to hold, by its alias."""
        asked: dict[str, Asked] = {}
        for ready in fetch.entries:
            alias, found = ready.entry.alias, self._representations(ready)
            asked[alias] = together(asked[alias], found) if alias in asked else found
        return asked

    def _representations(self, ready: ReadyEntry) -> Asked:
        """The distinct representations as JSON, and the targets of each."""
        known = self._same.get(ready.same)
        if known is None:
            build = ready.build
            groups: dict[bytes, list[Object]] = {}
            for target in self._targets(ready):
                made = build(target)
                if made is not None:
                    text = orjson.dumps(made)
                    if text in groups:
                        groups[text].append(target)
                    else:
                        groups[text] = [target]
            known = self._same[ready.same] = (list(groups.values()), list(groups)) if groups else _NOTHING
        return known

    def _targets(self, ready: ReadyEntry) -> list[Object]:
        try:
            return ready.collect(self.data)
        except Untold:
            return list(self._told(ready.entry))

    def _told(self, entry: Entry) -> Iterator[Object]:
        """The targets but those that do not say their type, which are errors."""
        for target, where, _ in walk(self.data, entry.path, self.faults.untold):
            if target.get("__typename") is None and (entry.types is not None or entry.representation.typename is None):
                self.faults.untold(where)
            elif fits(target, entry.types):
                yield target

    def _body(self, fetch: ReadyFetch, parts: list[bytes]) -> bytes:
        for name in fetch.fetch.variables:
            if name in self._variables:
                parts.append(b'"%b":%b' % (name.encode(), orjson.dumps(self._variables[name])))
        return b"%b%b}}" % (fetch.head, b",".join(parts))

    def _send(self, fetch: ReadyFetch, body: bytes, groups: dict[str, Targets], again: bool = True) -> None:
        name = self._names.get(fetch.fetch.graph, fetch.fetch.graph)
        deadline = self._loop.time() + fetch.seconds
        try:
            started = self._fetch(name, body, self._headers, deadline)
            future = asyncio.ensure_future(started)
        except Exception as error:  # noqa: BLE001 - a transport may raise anything; it is this fetch's failure
            self.faults.failed(fetch.fetch, error)
            self._part_ended(fetch)
            return
        self._under_way.add(future)
        # A transport of futures keeps the deadline by itself; a coroutine may have forgotten it.
        timer = None if future is started else self._loop.call_at(deadline + GRACE, future.cancel)

        def answered(future: asyncio.Future[bytes]) -> None:
            self._under_way.discard(future)
            if timer is not None:
                timer.cancel()
            if self._done.done():
                return
            try:
                if again and fetch.repeatable and isinstance(_error(future), SubgraphDisconnected):
                    self._send(fetch, body, groups, again=False)
                    return
                self._take(fetch, future, groups)
                self._part_ended(fetch)
            except Exception as error:  # noqa: BLE001 - whoever waits for the run must hear of it
                if not self._done.done():
                    self._done.set_exception(error)

        future.add_done_callback(answered)

    def _part_ended(self, fetch: ReadyFetch) -> None:
        self._parts[fetch.at] -= 1
        if not self._parts[fetch.at]:
            self._ended(fetch)

    def _ended(self, fetch: ReadyFetch) -> None:
        self._left -= 1
        if not self._left and not self._done.done():
            self._done.set_result(None)
        for at in fetch.after:
            self._waits[at] -= 1
            if not self._waits[at]:
                self._begin(self._plan.fetches[at])

    def _take(self, fetch: ReadyFetch, future: asyncio.Future[bytes], groups: dict[str, Targets]) -> None:
        error = _error(future)
        if error is not None and not (isinstance(error, SubgraphStatus) and _is_answer(error.body)):
            self.faults.failed(fetch.fetch, error)
            return
        try:
            body = error.body if isinstance(error, SubgraphStatus) else future.result()
            answer = exactly(body) if fetch.fetch.exact else orjson.loads(body)
        except orjson.JSONDecodeError:
            self.faults.malformed(fetch.fetch, "it is not JSON")
            return
        data, errors = (answer.get("data"), answer.get("errors")) if isinstance(answer, dict) else (False, None)
        if data.__class__ is dict:
            self._same.clear()
            self._merge(fetch, data, groups, explained=bool(errors))
        elif data is not None or not errors:
            self.faults.malformed(fetch.fetch, "there is no `data`")
        if errors:
            self.faults.reported(fetch.fetch, errors, groups)

    def _merge(self, fetch: ReadyFetch, data: Object, groups: dict[str, Targets], *, explained: bool) -> None:
        if fetch.entries:
            for ready in fetch.lists:
                entities = data.get(ready.entry.alias)
                if groups[ready.entry.alias] and not (entities is None and explained):
                    self._merge_entities(fetch, ready, entities, groups[ready.entry.alias])
        elif not fetch.fetch.path:
            if not merge(self.data, data):
                self.faults.malformed(fetch.fetch, "two subgraphs disagree about a list")
        else:
            for target, _, _ in walk(self.data, fetch.fetch.path, self.faults.untold):
                merge(target, copied(data))

    def _merge_entities(self, fetch: ReadyFetch, ready: ReadyEntry, entities: Any, groups: Targets) -> None:
        if entities.__class__ is not list or len(entities) != len(groups):
            self.faults.malformed(fetch.fetch, "it does not have one entity for each representation")
            return
        share = not fetch.after
        for entity, targets in zip(entities, groups, strict=True):
            if entity.__class__ is not dict:
                continue
            for at, target in enumerate(targets):
                if ready.entry.overwrites_typename and "__typename" in entity:
                    target["__typename"] = entity["__typename"]
                more = entity if share or not at else copied(entity)
                if target.keys().isdisjoint(more):
                    target.update(more)
                elif not merge(target, more):
                    self.faults.malformed(fetch.fetch, "two subgraphs disagree about a list")


def _error(future: asyncio.Future[bytes]) -> BaseException | None:
    return SubgraphTimeout("cancelled") if future.cancelled() else future.exception()


def _is_answer(body: bytes) -> bool:
    """A GraphQL answer that came with an HTTP status of failure."""
    try:
        answer = orjson.loads(body)
    except orjson.JSONDecodeError:
        return False
    return isinstance(answer, dict) and bool(answer.get("errors") or answer.get("data"))
