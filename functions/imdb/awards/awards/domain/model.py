"""Awards of titles and people."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class Outcome(StrEnum):
    """As the schema has it."""

    WINNER = "WINNER"
    NOMINEE = "NOMINEE"


@dataclass(frozen=True, slots=True)
class Award:
    """``titles`` and ``names`` are ids; each of them is an owner of the award."""

    id: str
    event: str
    category: str
    year: int
    outcome: Outcome
    titles: tuple[str, ...]
    names: tuple[str, ...]


def latest_first(awards: Iterable[Award]) -> list[Award]:
    """In the order of the schema; those of one year by their names."""
    return sorted(awards, key=lambda award: (-award.year, award.event, award.category, award.id))
