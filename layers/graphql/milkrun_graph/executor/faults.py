"""What goes wrong in a subgraph, as the client may see it.

Paths of subgraphs are in terms of what was asked there: aliases, ``_entities`` and indices of representations.
Clients get the response's own paths, once per place where the entity stands, or a shorter path: none of them is wrong.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from milkrun_graph.executor.collect import Object, walk
from milkrun_graph.executor.messages import Path, formatted
from milkrun_graph.executor.project import fitting
from milkrun_graph.executor.transport import SubgraphFailed
from milkrun_graph.planner.plan import Fetch, Projection, Segment

MALFORMED = "SUBREQUEST_MALFORMED_RESPONSE"
INVALID = "INVALID_SUBGRAPH_VALUE"
UNTOLD = "Invalid value from a subgraph: an object does not say its type"
DOWNSTREAM = "DOWNSTREAM_SERVICE_ERROR"
# An entity can stand in very many places; nobody reads more errors than these.
MAX_ERRORS = 1000
MAX_CAUSES = 100

type Groups = Mapping[str, Sequence[Sequence[Object]]]
"""Per alias of an entry: per representation the targets that wait for it."""


type Standing = dict[str, dict[int, list[Path]]]
"""Per alias of an entry, and per target by identity: its paths.  Filled when the first error needs it."""


class Faults:
    """Collects the errors of one response."""

    # Codes that clients see of errors whose texts they do not see.
    codes: frozenset[str] = frozenset()

    def __init__(self, projection: Projection, data: Object, names: Mapping[str, str], verbose: bool) -> None:
        self.errors: list[dict[str, Any]] = []
        self._projection, self._data = projection, data
        self._names, self._verbose = names, verbose
        # What went wrong, in full: for the log.
        self.causes: list[dict[str, Any]] = []

    def failed(self, fetch: Fetch, error: BaseException) -> None:
        """The fetch brought nothing. Why it did not is for the log."""
        kind = error if isinstance(error, SubgraphFailed) else SubgraphFailed
        self._note(fetch, kind.code, f"{type(error).__name__}: {error}")
        self._add(kind.told, kind.code, fetch, _first_list(_path(fetch)))

    def malformed(self, fetch: Fetch, what: str) -> None:
        """The answer is not what was asked for."""
        self._note(fetch, MALFORMED, what)
        self._add(f"A subgraph's answer is malformed: {what}", MALFORMED, fetch, _first_list(_path(fetch)))

    def reported(self, fetch: Fetch, errors: Any, groups: Groups) -> None:
        """The subgraph's own errors."""
        if not isinstance(errors, list):
            self.malformed(fetch, "`errors` is no list")
            return
        standing: Standing = {}
        for error in errors[:MAX_ERRORS]:
            given = error if isinstance(error, dict) else {}
            self._note(fetch, DOWNSTREAM, error)
            for path in self._places(fetch, given.get("path"), groups, standing):
                self._report(fetch, given, path)

    def untold(self, path: Path) -> None:
        """An object does not say its type, and what to ask of it depends on that; if nothing else explains it."""
        where = client_path(self._projection, self._data, path)
        explained = any(where[: len(error.get("path", ()))] == tuple(error.get("path", ())) for error in self.errors)
        if not explained and len(self.errors) < MAX_ERRORS:
            self.errors.append(formatted(UNTOLD, INVALID, where))

    def _places(self, fetch: Fetch, path: Any, groups: Groups, standing: Standing) -> Iterator[Path]:
        usable = isinstance(path, list) and all(isinstance(step, str | int) for step in path)
        if not usable or not path:
            yield _first_list(_path(fetch))
        elif not fetch.entries:
            yield from ((*where, *path) for _, where, _ in walk(self._data, fetch.path))
        else:
            yield from self._entity_places(fetch, path, groups, standing)

    def _entity_places(self, fetch: Fetch, path: list[str | int], groups: Groups, standing: Standing) -> Iterator[Path]:
        entry = next((entry for entry in fetch.entries if entry.alias == path[0]), fetch.entries[0])
        lists = groups.get(entry.alias, ())
        index = path[1] if len(path) > 1 else None
        if not isinstance(index, int) or not 0 <= index < len(lists):
            yield _first_list(entry.path)
            return
        places = standing.get(entry.alias)
        if places is None:
            places = standing[entry.alias] = {}
            for alike in (other for other in fetch.entries if other.alias == entry.alias):
                for target, where, _ in walk(self._data, alike.path):
                    places.setdefault(id(target), []).append(where)
        for wanted in {id(target) for target in lists[index]}:
            yield from ((*where, *path[2:]) for where in places.get(wanted, ()))

    def _report(self, fetch: Fetch, error: Mapping[str, Any], path: Path) -> None:
        message = error.get("message")
        given = error.get("extensions")
        extensions = dict(given) if isinstance(given, dict) else {}
        code = extensions.pop("code", DOWNSTREAM)
        if not self._verbose:
            known = isinstance(code, str) and code in self.codes
            self._add("A subgraph reported an error", code if known else DOWNSTREAM, fetch, path)
            return
        extensions.pop("service", None)
        self._add(
            message if isinstance(message, str) else "A subgraph reported an error", code, fetch, path, extensions
        )

    def _note(self, fetch: Fetch, code: str, what: Any) -> None:
        if len(self.causes) < MAX_CAUSES:
            self.causes.append({"service": self._names.get(fetch.graph, fetch.graph), "code": code, "error": what})

    def _add(
        self, message: str, code: str, fetch: Fetch, path: Path, extensions: Mapping[str, Any] | None = None
    ) -> None:
        if len(self.errors) < MAX_ERRORS:
            service = {"service": self._names.get(fetch.graph, fetch.graph)} if self._verbose else {}
            more = {**(extensions or {}), **service}
            where = client_path(self._projection, self._data, path)
            self.errors.append(formatted(message, code, where) | {"extensions": {"code": code, **more}})


def _path(fetch: Fetch) -> tuple[Segment, ...]:
    return fetch.entries[0].path if fetch.entries else fetch.path


def _first_list(path: Sequence[Segment]) -> Path:
    found: list[str | int] = []
    for segment in path:
        found.append(segment.key)
        if segment.lists:
            break
    return tuple(found)


def client_path(projection: Projection, data: Any, path: Path) -> Path:
    """A path in terms of the response, as far as the client knows it."""
    found: list[str | int] = []
    inner: Projection | None = projection
    for step in path:
        if isinstance(step, int):
            data = data[step] if isinstance(data, list) and 0 <= step < len(data) else None
            found.append(step)
            continue
        if inner is None:
            break
        typename = inner.typename or (data.get("__typename") if isinstance(data, dict) else None)
        known = typename if isinstance(typename, str) else None
        field = next((field for field in fitting(inner, known) if field.source == step), None)
        if field is None:
            break
        found.append(field.key)
        data = data.get(step) if isinstance(data, dict) else None
        inner = field.projection
    return tuple(found)
