"""Ratings in DynamoDB: one item per title, ``id`` and the rating as JSON in ``document``.

Titles with enough votes stand on a ``shelf`` of the index ``by_place``, in the order of their ``place``: few titles
have them, so one partition holds the ranking.  It is that of the prior at the time of the import.
"""

from collections.abc import Iterable

from milkrun_core.tables import Table
from pydantic import TypeAdapter

from ratings.domain.model import Prior, Rating

_RATING = TypeAdapter(Rating)
INDEX, SHELF = "by_place", "top"


class RatingStore:
    """The table of ratings."""

    def __init__(self, table: Table, prior: Prior) -> None:
        self._table, self._prior = table, prior

    def find(self, titles: Iterable[str]) -> dict[str, Rating]:
        items = self._table.read(titles)
        return {title: _RATING.validate_json(item["document"]) for title, item in items.items()}

    def top(self, first: int) -> list[Rating]:
        if not first:
            return []
        return [_RATING.validate_json(item["document"]) for item in self._table.first(INDEX, SHELF, first)]

    def keep(self, ratings: Iterable[Rating]) -> None:
        """Write ratings; the same one twice changes nothing.  Raises Unavailable."""
        self._table.put(self._item(rating) for rating in ratings)

    def _item(self, rating: Rating) -> dict[str, str]:
        item = {"id": rating.title_id, "document": _RATING.dump_json(rating).decode()}
        return item | {"shelf": SHELF, "place": self._prior.place(rating)} if self._prior.ranks(rating) else item
