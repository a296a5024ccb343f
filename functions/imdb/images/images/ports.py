"""What the resolvers, the drawings and the import need from outside."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from images.domain.model import Image


class Images(Protocol):
    """Pictures by owner, wherever they come from."""

    def find(self, owners: Iterable[str]) -> Mapping[str, Sequence[Image]]:
        """The pictures of those owners that have some, in one go, in no order.  Raises Unavailable."""


@dataclass(frozen=True, slots=True)
class Ports:
    """``url`` is where drawn pictures are served: ``<url>/<owner>/<id>.svg``."""

    images: Images
    url: str
