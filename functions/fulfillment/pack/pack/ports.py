"""What the use cases need from outside, and the records that the stores keep."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from pack.domain.planning import Packer, SecondsLeft
from pack.schemas import BoxCatalogue


@dataclass(frozen=True, slots=True)
class PlanRecord:
    """A plan as stored: its document is what every reader gets, ``digest`` tells one content from another."""

    fc: str
    plan_id: str
    digest: str
    refused: bool
    document: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class CatalogueRecord:
    """A box catalogue as stored; the first version is 1."""

    fc: str
    version: int
    catalogue: BoxCatalogue


class PlanStore(Protocol):
    """Plans by FC and id."""

    def find(self, fc: str, plan_id: str) -> PlanRecord | None:
        """The plan, if there is one."""

    def add(self, record: PlanRecord) -> None:
        """Keep it, unless a packed plan is there already (Conflict): a refusal gives way, a plan never does."""


class BoxStore(Protocol):
    """The box catalogue of each FC."""

    def get(self, fc: str) -> CatalogueRecord:
        """The catalogue, or UnknownFulfilmentCentre."""

    def save(self, record: CatalogueRecord) -> None:
        """Keep it, if the version before it is the one there now (BoxesChangedMeanwhile otherwise)."""


@dataclass(frozen=True, slots=True)
class Ports:
    """Everything that is not a rule."""

    plans: PlanStore
    boxes: BoxStore
    packer: Packer
    now: Callable[[], datetime]
    stopwatch: Callable[[float], SecondsLeft]
