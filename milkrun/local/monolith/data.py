"""What the old service knows: ratings and images, in memory."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from milkrun.catalogue.files import KINDS
from milkrun.catalogue.folder import find_files
from milkrun.catalogue.reader import TableReader
from milkrun.catalogue.rows import Row


@dataclass(frozen=True)
class Rating:
    """What the users of the old service gave to a title."""

    tconst: str
    average: float
    votes: int


@dataclass(frozen=True)
class Image:
    """A picture of a title or a person; sizes in pixels."""

    id: str
    owner: str
    width: int
    height: int
    caption: str | None


@dataclass(frozen=True)
class Catalogue:
    """Ratings by title, images by their own id, and by whom they show."""

    ratings: dict[str, Rating]
    images: dict[str, Image]
    images_of: dict[str, list[Image]]


def read(folder: Path) -> Catalogue:
    """The catalogue of a folder.  Raises FileUnusable."""
    files = find_files(folder)
    ratings = {
        str(row["tconst"]): Rating(str(row["tconst"]), float(str(row["averageRating"])), int(str(row["numVotes"])))
        for row in _rows(files, "title.ratings")
    }
    images_of: dict[str, list[Image]] = defaultdict(list)
    for row in _rows(files, "image.list"):
        for owner in [*(row["titles"] or ()), *(row["names"] or ())]:
            images_of[owner].append(_image(row, owner))
    images = {image.id: image for found in images_of.values() for image in found}
    return Catalogue(ratings, images, dict(images_of))


def _image(row: Row, owner: str) -> Image:
    caption = row["caption"]
    return Image(
        id=str(row["imageId"]),
        owner=owner,
        width=int(str(row["width"])),
        height=int(str(row["height"])),
        caption=caption if isinstance(caption, str) else None,
    )


def _rows(files: dict[str, Path], name: str) -> Iterator[Row]:
    if name in files:
        with TableReader(files[name], KINDS[name]) as reader:
            yield from (row for _, row in reader)
