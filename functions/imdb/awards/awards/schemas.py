"""Rows as a loader sends them: our own columns, text or null, lists where a cell holds several values."""

from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, Field

from awards.domain.model import Award, Outcome

type Texts = Annotated[list[str], BeforeValidator(lambda value: value or [])]


class AwardRow(BaseModel):
    """A row of ``award.list``."""

    award_id: str = Field(alias="awardId", pattern=r"^[A-Za-z0-9_-]{1,64}$")
    event: str = Field(min_length=1)
    category: str = Field(min_length=1)
    year: int
    outcome: Literal["winner", "nominee"]
    titles: Texts = []
    names: Texts = []

    def to_award(self) -> Award:
        return Award(
            id=self.award_id,
            event=self.event,
            category=self.category,
            year=self.year,
            outcome=Outcome(self.outcome.upper()),
            titles=tuple(self.titles),
            names=tuple(self.names),
        )
