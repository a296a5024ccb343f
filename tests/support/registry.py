"""Builders and fakes of the schema registry: what matters to a case is said there, the rest is here."""

import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from milkrun_graph.checks import Policy, Recorded, WithoutOperations
from registry.bucket import APPROVALS, BEGINNING
from registry.domain.errors import StateChangedMeanwhile
from registry.domain.state import State
from registry.ports import Ports, Rules, Snapshot
from registry.schemas import STATE, Submission, UsageBatch, Verdict

ROOT = Path(__file__).parents[2]
EVENTS = ROOT / "events" / "imdb" / "registry"
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
LINK = (
    'extend schema @link(url: "https://specs.apollo.dev/federation/v2.3", '
    'import: ["@key", "@shareable", "@external", "@override"])\n'
)
PEOPLE = (
    LINK
    + """
type Query { name(id: ID!): Name }
type Name @key(fields: "id") { id: ID! nameText: String birthYear: Int }
"""
)
TITLES = (
    LINK
    + """
type Query { title(id: ID!): Title }
type Title @key(fields: "id") { id: ID! titleText: String releaseYear: Int }
"""
)
RATINGS = (
    LINK
    + """
type Title @key(fields: "id") { id: ID! rating: Float }
"""
)


def event(name: str) -> Any:
    return json.loads((EVENTS / f"{name}.json").read_text(encoding="utf-8"))


def without(sdl: str, field_: str) -> str:
    assert field_ in sdl
    return sdl.replace(field_, "")


def a_submission(graphlet: str = "people", sdl: str = PEOPLE, **changes: Any) -> Submission:
    """Published as r-1, unless said otherwise; the id follows from the rest."""
    it = {"graphlet": graphlet, "phase": "publish", "sdl": sdl, "url": f"lambda:imdb-{graphlet}-graphlet"}
    it = {**it, "release": "r-1", **changes}
    digest = hashlib.sha256(json.dumps(it, sort_keys=True).encode()).hexdigest()[:8]
    return Submission.model_validate({"id": f"{it['release']}-{it['phase']}-{digest}", **it})


def an_operation(text: str, client: str = "web", count: int = 10) -> Recorded:
    return Recorded(hashlib.sha256(text.encode()).hexdigest(), text, {client: count}, None)


@dataclass
class FakeBucket:
    """Objects in memory.  ``disturb`` is called before every write of the state: somebody else may be first."""

    objects: dict[str, bytes] = field(default_factory=dict)
    disturb: Callable[[], None] = lambda: None
    overwritten: list[str] = field(default_factory=list)

    def read_state(self) -> Snapshot:
        body = self.objects.get("state/current.json")
        if body is None:
            return Snapshot(BEGINNING, None, b"")
        return Snapshot(STATE.validate_json(body), hashlib.sha256(body).hexdigest(), body)

    def replace_state(self, before: Snapshot, after: State) -> None:
        self.disturb()
        now = self.read_state()
        if now.token != before.token:
            raise StateChangedMeanwhile("the registry's state changed meanwhile")
        self.put_state(after)

    def put_state(self, after: State) -> None:
        body = STATE.dump_json(after)
        self.objects["state/current.json"] = body
        self.keep(f"state/history/{after.generation:08d}.json", body)

    def submission(self, key: str) -> bytes | None:
        return self.objects.get(key)

    def has_verdict(self, graphlet: str, submission: str) -> bool:
        return f"verdicts/{graphlet}/{submission}.json" in self.objects

    def keep_verdict(self, graphlet: str, verdict: Verdict) -> None:
        self.keep(f"verdicts/{graphlet}/{verdict.id}.json", verdict.model_dump_json().encode())

    def keep(self, key: str, body: bytes) -> None:
        if self.objects.setdefault(key, body) != body:
            self.overwritten.append(key)

    def text(self, key: str) -> str:
        return self.objects[key].decode()

    def approvals(self) -> bytes | None:
        return self.objects.get(APPROVALS)

    @property
    def state(self) -> State:
        return self.read_state().state

    @property
    def supergraph(self) -> str:
        assert self.state.supergraph is not None
        return self.text(self.state.supergraph.key)


@dataclass
class FakeUsage:
    """Recorded operations in memory; ``asked`` has the days from which on they were read."""

    operations: list[Recorded] = field(default_factory=list)
    batches: list[UsageBatch] = field(default_factory=list)
    asked: list[date] = field(default_factory=list)

    def recorded(self, since: date) -> Sequence[Recorded]:
        self.asked.append(since)
        return self.operations

    def add(self, batch: UsageBatch) -> bool:
        self.batches.append(batch)
        return True


@dataclass
class FakePorts:
    """The registry without AWS, at noon unless the clock is moved."""

    bucket: FakeBucket = field(default_factory=FakeBucket)
    usage: FakeUsage = field(default_factory=FakeUsage)
    rules: Rules = field(default_factory=lambda: Rules(Policy(without_operations=WithoutOperations.PASS)))
    clock: datetime = NOON

    def ports(self) -> Ports:
        return Ports(self.bucket, self.usage, self.rules, now=lambda: self.clock, pause=lambda _: None)

    def later(self, **span: float) -> None:
        self.clock += timedelta(**span)
