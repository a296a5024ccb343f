"""Rows as a loader sends them: the official columns, text or null, lists where a cell holds several values."""

from typing import Annotated

from pydantic import BaseModel, BeforeValidator, Field

from titles.domain.model import Credit, Title, kind_of

type Texts = Annotated[list[str], BeforeValidator(lambda value: value or [])]

TITLE_ID = r"^tt\d{7,}$"


class TitleRow(BaseModel):
    """A row of ``title.basics``."""

    tconst: str = Field(pattern=TITLE_ID)
    title_type: str = Field(alias="titleType")
    primary_title: str | None = Field(None, alias="primaryTitle")
    original_title: str | None = Field(None, alias="originalTitle")
    start_year: int | None = Field(None, alias="startYear")
    end_year: int | None = Field(None, alias="endYear")
    runtime_minutes: int | None = Field(None, alias="runtimeMinutes")
    genres: Texts = []

    def to_title(self) -> Title:
        return Title(
            id=self.tconst,
            title_text=self.primary_title,
            original_title=self.original_title,
            release_year=self.start_year,
            end_year=self.end_year,
            kind=kind_of(self.title_type),
            runtime_minutes=self.runtime_minutes,
            genres=tuple(self.genres),
        )


class PrincipalRow(BaseModel):
    """A row of ``title.principals``."""

    tconst: str = Field(pattern=TITLE_ID)
    ordering: int = Field(ge=0)
    nconst: str = Field(pattern=r"^nm\d{7,}$")
    category: str
    job: str | None = None
    characters: Texts = []

    def to_credit(self) -> Credit:
        return Credit(self.tconst, self.ordering, self.nconst, self.category, self.job, tuple(self.characters))
