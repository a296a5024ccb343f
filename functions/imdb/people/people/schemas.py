"""Rows as a loader sends them: the official columns, text or null, lists where a cell holds several values."""

from typing import Annotated

from pydantic import BaseModel, BeforeValidator, Field

from people.domain.model import Person

type Texts = Annotated[list[str], BeforeValidator(lambda value: value or [])]


class NameRow(BaseModel):
    """A row of ``name.basics``."""

    nconst: str = Field(pattern=r"^nm\d{7,}$")
    name: str | None = Field(None, alias="primaryName")
    birth_year: int | None = Field(None, alias="birthYear")
    death_year: int | None = Field(None, alias="deathYear")
    professions: Texts = Field([], alias="primaryProfession")
    known_for: Texts = Field([], alias="knownForTitles")

    def to_person(self) -> Person:
        return Person(
            self.nconst,
            self.name,
            self.birth_year,
            self.death_year,
            tuple(self.professions),
            tuple(self.known_for),
        )
