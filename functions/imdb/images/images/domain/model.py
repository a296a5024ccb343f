"""Pictures and whose they are."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from images.domain.errors import TooMany

MOST_IMAGES = 50


@dataclass(frozen=True, slots=True)
class Image:
    """``owner`` is a title's or a person's id.  ``url`` is where it lies; None for one that is drawn by us."""

    id: str
    owner: str
    width: int
    height: int
    caption: str | None
    url: str | None = None


@dataclass(frozen=True, slots=True)
class Album:
    """The pictures of one owner, the primary one first."""

    owner: str
    images: tuple[Image, ...]

    @classmethod
    def of(cls, owner: str, found: Mapping[str, Iterable[Image]]) -> "Album":
        """The owner's pictures among those found: in the order of their ids, which is that of their making."""
        return cls(owner, tuple(sorted(found.get(owner, ()), key=lambda image: image.id)))

    def first(self, count: int) -> tuple[Image, ...]:
        """The first few.  Raises TooMany."""
        if not 0 <= count <= MOST_IMAGES:
            raise TooMany(f"first: must be from 0 to {MOST_IMAGES}, not {count}")
        return self.images[:count]

    def image(self, identity: str) -> Image | None:
        """The picture of that id."""
        return next((image for image in self.images if image.id == identity), None)
