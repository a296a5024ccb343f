"""What the resolvers and the import need from outside."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from ratings.domain.model import Prior, Rating


class Ratings(Protocol):
    """Ratings by title, wherever they come from.  Everything here may raise Unavailable."""

    def find(self, titles: Iterable[str]) -> Mapping[str, Rating]:
        """The ratings of those titles that have one, in one go."""

    def top(self, first: int) -> Sequence[Rating]:
        """The ratings of the highest ranked titles, in their order.  Raises NotRanked where there is no ranking."""


@dataclass(frozen=True, slots=True)
class Ports:
    """Everything that is not a rule."""

    ratings: Ratings
    prior: Prior
