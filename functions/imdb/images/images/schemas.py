"""Rows as a loader sends them: our own columns, text or null, lists where a cell holds several values."""

from collections.abc import Iterator
from typing import Annotated

from pydantic import BaseModel, BeforeValidator, Field

from images.domain.model import Image

type Texts = Annotated[list[str], BeforeValidator(lambda value: value or [])]

LARGEST = 10_000


class ImageRow(BaseModel):
    """A row of ``image.list``: one picture of several titles and people."""

    image_id: str = Field(alias="imageId", pattern=r"^[A-Za-z0-9_-]{1,64}$")
    url: str | None = None
    width: int = Field(ge=1, le=LARGEST)
    height: int = Field(ge=1, le=LARGEST)
    caption: str | None = None
    titles: Texts = []
    names: Texts = []

    def to_images(self) -> Iterator[Image]:
        """One per owner."""
        for owner in (*self.titles, *self.names):
            yield Image(self.image_id, owner, self.width, self.height, self.caption, self.url)
