"""Images in DynamoDB: one item per owner, with one attribute per image, named for its id, that holds it as JSON."""

from collections import defaultdict
from collections.abc import Iterable

from milkrun_core.tables import Table
from pydantic import TypeAdapter

from images.domain.model import Image

_IMAGE = TypeAdapter(Image)
PREFIX = "image#"


class ImageStore:
    """The table of images."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def find(self, owners: Iterable[str]) -> dict[str, list[Image]]:
        items = self._table.read(owners)
        return {
            owner: [_IMAGE.validate_json(value) for name, value in item.items() if name.startswith(PREFIX)]
            for owner, item in items.items()
        }

    def keep(self, images: Iterable[Image]) -> None:
        """Write images; the same one twice changes nothing.  Raises Unavailable."""
        parts: dict[str, dict[str, str]] = defaultdict(dict)
        for image in images:
            parts[image.owner][PREFIX + image.id] = _IMAGE.dump_json(image).decode()
        self._table.merge(parts)
