"""How recorded usage adds up: requests by day and client, within bounds that no client can break."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

MAX_CLIENTS = 50
MAX_CLIENT_LENGTH = 60
OTHERS = "(others)"

type Days = dict[str, dict[str, list[int]]]
"""ISO day → client → [requests, errors]."""


@dataclass(frozen=True, slots=True)
class Count:
    """Requests of one client for one operation."""

    client: str
    requests: int
    errors: int


def added(days: Days, day: date, counts: Iterable[Count], keep: timedelta) -> Days:
    """The days with the counts added to one of them, and without those older than ``keep`` before it.

    A client names itself, so there may be any number of names: from the fifty-first of a day on they count as one.
    """
    kept = {key: dict(clients) for key, clients in days.items() if date.fromisoformat(key) > day - keep}
    if day > max(map(date.fromisoformat, days), default=day) - keep:
        clients = kept.setdefault(day.isoformat(), {})
        for count in counts:
            name = _bounded(count.client, clients)
            requests, errors = clients.get(name, [0, 0])
            clients[name] = [requests + count.requests, errors + count.errors]
    return kept


def _bounded(client: str, known: Mapping[str, object]) -> str:
    name = " ".join(client.split())[:MAX_CLIENT_LENGTH] or "unknown"
    return name if name in known or len(known) < MAX_CLIENTS else OTHERS


def requests_since(days: Days, since: date) -> dict[str, int]:
    """Requests by client from ``since`` on; empty where there were none."""
    found: dict[str, int] = {}
    for key, clients in days.items():
        if date.fromisoformat(key) >= since:
            for client, (requests, _) in clients.items():
                found[client] = found.get(client, 0) + requests
    return found
