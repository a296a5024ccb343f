"""What the use cases need from outside."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Protocol

from milkrun_graph.checks import Policy, Recorded

from registry.domain.state import State
from registry.schemas import UsageBatch, Verdict


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The state as it was read.  ``token`` tells whether it is still that one; None where there was no state yet."""

    state: State
    token: str | None
    body: bytes


class Bucket(Protocol):
    """The registry's objects.  What is kept under a digest is never overwritten."""

    def read_state(self) -> Snapshot:
        """The current state."""

    def replace_state(self, before: Snapshot, after: State) -> None:
        """Make ``after`` current if ``before`` still is; StateChangedMeanwhile otherwise."""

    def submission(self, key: str) -> bytes | None:
        """What was submitted; None where the object is gone."""

    def has_verdict(self, graphlet: str, submission: str) -> bool:
        """Whether the submission has been judged."""

    def keep_verdict(self, graphlet: str, verdict: Verdict) -> None:
        """Keep it, unless there is one already."""

    def keep(self, key: str, body: bytes) -> None:
        """Keep an object under its digest."""

    def text(self, key: str) -> str:
        """An object that must be there."""

    def approvals(self) -> bytes | None:
        """Changes that somebody has allowed, as ``milkrun_graph.checks.policy`` reads them."""


class Usage(Protocol):
    """Recorded operations."""

    def recorded(self, since: date) -> Sequence[Recorded]:
        """Every operation that was asked since that day, the busiest first."""

    def add(self, batch: UsageBatch) -> bool:
        """Count a batch; False if it was counted before."""


@dataclass(frozen=True, slots=True)
class Rules:
    """What the registry's owner decides.

    ``patience`` is how long whoever submits waits for the verdict; ``checked`` and ``prepared`` say how many of the
    busiest operations are looked at, because clients may invent any number of them.
    """

    policy: Policy
    window: timedelta = timedelta(days=7)
    staged: timedelta = timedelta(hours=2)
    patience: timedelta = timedelta(seconds=60)
    checked: int = 10_000
    prepared: int = 300


@dataclass(frozen=True, slots=True)
class Ports:
    """Everything that is not a rule.  ``pause`` waits a little, longer with every attempt."""

    bucket: Bucket
    usage: Usage
    rules: Rules
    now: Callable[[], datetime]
    pause: Callable[[int], None]
