"""What was asked, counted until it is told: per operation and client for the registry, per field for the graphlets.

Everything is bounded, because clients choose both texts and names; what does not fit is counted as lost.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

MAX_OPERATIONS = 2000
MAX_FIELDS = 10_000
MAX_TEXT = 32_768
MAX_CLIENT = 60
# Of a message: half of what a queue takes, because JSON escapes what is in a text.
MESSAGE_BYTES = 120_000
UNKNOWN = "unknown"

type Field = tuple[str, str]
"""A graphlet and a coordinate (``Type.field``) that it was asked for."""


@dataclass(slots=True)
class Count:
    """Requests for one operation, and how many of them had an error."""

    requests: int = 0
    errors: int = 0


@dataclass(slots=True)
class Tally:
    """What was counted since ``since`` (seconds since 1970)."""

    since: float
    operations: dict[tuple[str, str], Count] = field(default_factory=dict)
    fields: dict[Field, int] = field(default_factory=dict)
    lost: int = 0

    def add(self, text: str, client: str, *, failed: bool) -> None:
        """One request for a valid operation."""
        key = (text, client[:MAX_CLIENT] or UNKNOWN)
        count = self.operations.get(key)
        if count is None:
            if len(self.operations) >= MAX_OPERATIONS or len(text) > MAX_TEXT:
                self.lost += 1
                return
            count = self.operations[key] = Count()
        count.requests += 1
        count.errors += failed

    def add_fields(self, graphlet: str, coordinates: Iterable[str]) -> None:
        """One fetch's fields."""
        for coordinate in coordinates:
            key = (graphlet, coordinate)
            if key in self.fields or len(self.fields) < MAX_FIELDS:
                self.fields[key] = self.fields.get(key, 0) + 1

    def __bool__(self) -> bool:
        return bool(self.operations or self.fields or self.lost)


def messages(tally: Tally, until: float, name: str) -> Iterator[dict[str, Any]]:
    """The tally as the registry's usage queue takes it, in messages that fit: ``batch`` tells repeated ones apart."""
    span = {"from": _moment(tally.since), "to": _moment(until)}
    parts = _parts(_operations(tally.operations), _fields(tally.fields))
    for number, (operations, fields) in enumerate(parts):
        yield {"batch": f"{name}-{number}", **span, "operations": operations, "fields": fields}


def _operations(counted: Mapping[tuple[str, str], Count]) -> Iterator[tuple[int, dict[str, Any]]]:
    for (text, client), count in counted.items():
        encoded = text.encode()
        told = {"hash": sha256(encoded).hexdigest(), "text": text, "client": client}
        yield len(encoded) + 300, {**told, "count": count.requests, "errors": count.errors}


def _fields(counted: Mapping[Field, int]) -> Iterator[tuple[int, dict[str, Any]]]:
    for (graphlet, coordinate), count in counted.items():
        yield len(coordinate) + 100, {"graphlet": graphlet, "coordinate": coordinate, "count": count}


type _Sized = Iterable[tuple[int, dict[str, Any]]]


def _parts(operations: _Sized, fields: _Sized) -> Iterator[tuple[list[dict[str, Any]], list[dict[str, Any]]]]:
    part: tuple[list[dict[str, Any]], list[dict[str, Any]]] = ([], [])
    size = 0
    for kind, items in enumerate((operations, fields)):
        for length, item in items:
            if size and size + length > MESSAGE_BYTES:
                yield part
                part, size = ([], []), 0
            part[kind].append(item)
            size += length
    if size:
        yield part


def load_by_owner(fields: Mapping[Field, int], owners: Mapping[str, str]) -> dict[tuple[str, str], int]:
    """Fields asked for, per graphlet and its owner."""
    found: dict[tuple[str, str], int] = {}
    for (graphlet, _), count in fields.items():
        key = (graphlet, owners.get(graphlet, UNKNOWN))
        found[key] = found.get(key, 0) + count
    return found


def _moment(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat()
