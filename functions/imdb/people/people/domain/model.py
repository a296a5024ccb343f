"""A person of the catalogue."""

from collections.abc import Sequence
from dataclasses import dataclass

from people.domain.errors import TooMany, TooManyPeople

MOST_TITLES = 50
MOST_PEOPLE = 200


@dataclass(frozen=True, slots=True)
class Person:
    """``known_for`` are ids of titles, the best known first; some may be titles that the catalogue does not have."""

    id: str
    name_text: str | None
    birth_year: int | None
    death_year: int | None
    professions: tuple[str, ...]
    known_for: tuple[str, ...]

    def best_known(self, first: int) -> tuple[str, ...]:
        """The first few.  Raises TooMany."""
        if not 0 <= first <= MOST_TITLES:
            raise TooMany(f"first: must be from 0 to {MOST_TITLES}, not {first}")
        return self.known_for[:first]


def check_number(ids: Sequence[str]) -> None:
    """Raises TooManyPeople when more are asked for than one request may have."""
    if len(ids) > MOST_PEOPLE:
        raise TooManyPeople(f"ids: at most {MOST_PEOPLE}, not {len(ids)}")
