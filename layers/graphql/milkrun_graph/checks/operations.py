"""Recorded operations: JSON lines, read once.

    {"query": "query Title($id: ID!) {…}", "client": "web", "count": 120, "last_seen": "2026-11-23T08:00:00Z",
     "variables": {"id": "…"}}

``hash`` may stand for ``query`` where another line has both (with ``"count": 0`` if that line only tells the text).
``variables`` is one shape or a list of shapes (see ``shapes``).  ``last_seen`` is ISO 8601 or seconds since 1970; a
line without it is always inside the window, and one without ``count`` was one request.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any

import orjson

from milkrun_graph.checks.shapes import Shape
from milkrun_graph.errors import GraphError


class OperationsUnreadable(GraphError):
    """A line of the recorded operations is not what it should be, or a hash has no text."""

    code = "INVALID_OPERATIONS"


@dataclass(frozen=True, slots=True)
class Selection:
    """Which records count."""

    window: timedelta | None = None
    excluded_clients: frozenset[str] = frozenset()


@dataclass(slots=True)
class Recorded:
    """All requests for one text.  ``shapes`` is None if some request's variables were not recorded."""

    hash: str
    query: str
    requests: dict[str, int] = field(default_factory=dict)
    shapes: list[Shape] | None = field(default_factory=list)

    @property
    def count(self) -> int:
        return sum(self.requests.values())


def read_operations(lines: Iterable[bytes | str], selection: Selection, now: datetime) -> list[Recorded]:
    """One record per text, with its requests by client.  Raises OperationsUnreadable."""
    texts: dict[str, str] = {}
    found: dict[str, Recorded] = {}
    for number, line in _objects(lines):
        key = _hash_of(line, texts, number)
        client, count = str(line.get("client") or "unknown"), _count_of(line, number)
        if not count or client in selection.excluded_clients:
            continue
        if selection.window is not None and _seen(line, number, now) < now - selection.window:
            continue
        record = found.setdefault(key, Recorded(key, ""))
        record.requests[client] = record.requests.get(client, 0) + count
        _add_shapes(record, line.get("variables"), number)
    return list(_with_texts(found, texts))


def _objects(lines: Iterable[bytes | str]) -> Iterator[tuple[int, Mapping[str, Any]]]:
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            value = orjson.loads(line)
        except orjson.JSONDecodeError as error:
            raise OperationsUnreadable(f"line {number} is not JSON: {error}") from error
        if not isinstance(value, dict):
            raise OperationsUnreadable(f"line {number} is not a JSON object")
        yield number, value


def _hash_of(line: Mapping[str, Any], texts: dict[str, str], number: int) -> str:
    query, key = line.get("query"), line.get("hash")
    if not isinstance(query, str | None) or not isinstance(key, str | None) or not (query or key):
        raise OperationsUnreadable(f'line {number} needs a "query" or a "hash"')
    key = key or sha256((query or "").encode()).hexdigest()
    if query:
        texts[key] = query
    return key


def _count_of(line: Mapping[str, Any], number: int) -> int:
    count = line.get("count", 1)
    if not isinstance(count, int) or isinstance(count, bool) or count < 0:
        raise OperationsUnreadable(f'line {number}: "count" is {count!r}; it must be a whole number')
    return count


def _seen(line: Mapping[str, Any], number: int, now: datetime) -> datetime:
    value = line.get("last_seen")
    try:
        match value:
            case None:
                return now
            case str():
                moment = datetime.fromisoformat(value)
                return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
            case int() | float():
                return datetime.fromtimestamp(value, UTC)
    except (ValueError, OverflowError, OSError) as error:
        raise OperationsUnreadable(f'line {number}: "last_seen" is no moment: {value!r}') from error
    raise OperationsUnreadable(f'line {number}: "last_seen" is no moment: {value!r}')


def _add_shapes(record: Recorded, shapes: Any, number: int) -> None:
    several = [shapes] if isinstance(shapes, dict) else shapes
    if several is None:
        record.shapes = None
        return
    if not isinstance(several, list) or not all(isinstance(shape, dict) for shape in several):
        raise OperationsUnreadable(f'line {number}: "variables" must be an object or a list of objects')
    if record.shapes is not None:
        record.shapes.extend(shape for shape in several if shape not in record.shapes)


def _with_texts(found: Mapping[str, Recorded], texts: Mapping[str, str]) -> Iterator[Recorded]:
    missing = sorted(found.keys() - texts.keys())
    if missing:
        shown = ", ".join(missing[:3]) + (" …" if len(missing) > 3 else "")  # noqa: PLR2004 - enough to search for
        raise OperationsUnreadable(f"{len(missing)} recorded hashes have no query in any line: {shown}")
    for key, record in found.items():
        record.query = texts[key]
        yield record
