"""Ratings, and the order that they put titles in.

Weighted rating: WR = v / (v + m) · R + m / (v + m) · C, with R the mean of a title's v votes, C the mean of all titles,
and m the votes at which both count the same (the formula that IMDb publishes for its Top 250).
"""

from dataclasses import dataclass

from ratings.domain.errors import TooMany

MOST_RANKED = 250
HIGHEST = 10


@dataclass(frozen=True, slots=True)
class Rating:
    """``average`` is from 1 to 10."""

    title_id: str
    average: float
    votes: int


@dataclass(frozen=True, slots=True)
class Prior:
    """What is believed of a title before anybody votes: ``mean`` (C), as firmly as by ``votes`` (m) votes."""

    votes: float
    mean: float

    def weighted(self, rating: Rating) -> float:
        """The rating that titles are ranked by."""
        total = rating.votes + self.votes
        return (rating.votes * rating.average + self.votes * self.mean) / total if total else self.mean

    def ranks(self, rating: Rating) -> bool:
        """Whether a title has enough votes to be ranked at all."""
        return rating.votes >= self.votes

    def place(self, rating: Rating) -> str:
        """Text that sorts titles: the highest weighted rating first, then the most votes, then the id."""
        return f"{HIGHEST - self.weighted(rating):012.9f}#{10**12 - rating.votes:013d}#{rating.title_id}"


def check_first(first: int) -> None:
    """Raises TooMany."""
    if not 0 <= first <= MOST_RANKED:
        raise TooMany(f"first: must be from 0 to {MOST_RANKED}, not {first}")
