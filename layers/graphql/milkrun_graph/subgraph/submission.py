"""What a subgraph submits to the schema registry, and what the registry says: objects in the registry's bucket.

``submissions/<graphlet>/<id>.json`` is written once; the registry's word is waited for at
``verdicts/<graphlet>/<id>.json``.  A request that is repeated has the same id, and gets the same word.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from typing import Any, Protocol

from milkrun_graph.errors import GraphError

POLL_SECONDS = 0.25
VERDICT_SECONDS = 60.0


class NotPublished(GraphError):
    """The schema is not with the registry; the message says why, and what to do."""

    code = "NOT_PUBLISHED"


class SchemaRefused(NotPublished):
    """The registry has looked at the schema and does not take it."""


class NoRegistry(NotPublished):
    """There is no registry here."""


@dataclass(frozen=True, slots=True)
class Submission:
    """``phase``: stage (may this be released?), publish (it serves), withdraw (it serves no more)."""

    id: str
    graphlet: str
    phase: str
    sdl: str
    url: str
    release: str


class Objects(Protocol):
    """The registry's bucket."""

    def put(self, key: str, body: bytes) -> None:
        """Write an object.  Raises NotPublished."""

    def get(self, key: str) -> bytes | None:
        """An object, None while there is none.  Raises NotPublished."""


class Registry:
    """Submits schemas and waits for what the registry says."""

    def __init__(
        self,
        objects: Objects,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._objects, self._clock, self._sleep = objects, clock, sleep

    def submit(self, submission: Submission, seconds: float = VERDICT_SECONDS) -> Mapping[str, Any]:
        """The verdict.  Raises SchemaRefused, or NotPublished when there was none in time."""
        name = f"{submission.graphlet}/{submission.id}.json"
        end = self._clock() + seconds
        self._objects.put(f"submissions/{name}", json.dumps(asdict(submission)).encode())
        while (body := self._objects.get(f"verdicts/{name}")) is None:
            if self._clock() >= end:
                raise NotPublished(
                    f"the registry did not answer submissions/{name} within {seconds:g} s: look at the logs and the "
                    "dead-letter queue of imdb/registry, then release again"
                )
            self._sleep(POLL_SECONDS)
        verdict: dict[str, Any] = json.loads(body)
        if verdict.get("accepted") is not True:
            raise SchemaRefused(refusal(submission, verdict))
        return verdict


def refusal(submission: Submission, verdict: Mapping[str, Any]) -> str:
    """Why, for the one whose release it stops."""
    problems = [_told(problem) for problem in verdict.get("problems") or ()]
    shown, more = problems[:3], len(problems) - 3
    why = "; ".join(shown) + (f"; and {more} more" if more > 0 else "") or "no reason given"
    return f"the registry refused to {submission.phase} the schema of {submission.graphlet}: {why}"


def _told(problem: Mapping[str, Any]) -> str:
    where = f" at {problem['coordinate']}" if problem.get("coordinate") else ""
    clients = ", ".join(f"{one.get('name')} ({one.get('count')} requests)" for one in problem.get("clients") or ())
    used = f", used by {clients}" if clients else ""
    return f"{problem.get('code')}{where}: {problem.get('message')}{used}"
