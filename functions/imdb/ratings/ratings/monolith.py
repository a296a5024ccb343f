"""Ratings from the older service that had them before: ``GET /ratings?ids=…``."""

from collections.abc import Iterable
from itertools import batched

from milkrun_core.errors import Unavailable
from milkrun_core.rest import Rest
from pydantic import BaseModel, Field, ValidationError

from ratings.domain.errors import NotRanked
from ratings.domain.model import Rating

IDS_PER_CALL = 200


class _Rating(BaseModel):
    tconst: str
    average: float = Field(alias="averageRating")
    votes: int = Field(alias="numVotes")


class _Answer(BaseModel):
    ratings: list[_Rating]


class Monolith:
    """The older service, as a port of this one."""

    def __init__(self, rest: Rest) -> None:
        self._rest = rest

    def find(self, titles: Iterable[str]) -> dict[str, Rating]:
        found: dict[str, Rating] = {}
        for some in batched(dict.fromkeys(titles), IDS_PER_CALL, strict=False):
            found |= {one.tconst: Rating(one.tconst, one.average, one.votes) for one in self._ask(some)}
        return found

    def top(self, first: int) -> list[Rating]:  # noqa: ARG002 - the port's signature
        raise NotRanked("topRated: the ratings still come from the older service, which does not rank titles")

    def _ask(self, titles: Iterable[str]) -> list[_Rating]:
        answer = self._rest.get("/ratings", {"ids": ",".join(titles)})
        try:
            return _Answer.model_validate(answer).ratings
        except ValidationError as error:
            raise Unavailable(f"the older service answered something else than ratings: {error}") from error
