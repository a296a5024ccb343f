"""Rows as a loader sends them: the official columns, as text."""

from pydantic import BaseModel, Field

from ratings.domain.model import Rating


class RatingRow(BaseModel):
    """A row of ``title.ratings``."""

    tconst: str = Field(pattern=r"^tt\d{7,}$")
    average: float = Field(alias="averageRating", ge=0, le=10)
    votes: int = Field(alias="numVotes", ge=0)

    def to_rating(self) -> Rating:
        return Rating(self.tconst, self.average, self.votes)
