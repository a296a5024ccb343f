"""Images from the older service that had them before: ``GET /images?ids=…``, by owner."""

from collections import defaultdict
from collections.abc import Iterable
from itertools import batched

from milkrun_core.errors import Unavailable
from milkrun_core.rest import Rest
from pydantic import BaseModel, ValidationError

from images.domain.model import Image

IDS_PER_CALL = 200


class _Image(BaseModel):
    id: str
    owner: str
    width: int
    height: int
    caption: str | None = None


class _Answer(BaseModel):
    images: list[_Image]


class Monolith:
    """The older service, as a port of this one.  Its own pictures are not asked for: all are drawn here."""

    def __init__(self, rest: Rest) -> None:
        self._rest = rest

    def find(self, owners: Iterable[str]) -> dict[str, list[Image]]:
        found: dict[str, list[Image]] = defaultdict(list)
        for some in batched(dict.fromkeys(owners), IDS_PER_CALL, strict=False):
            for one in self._ask(some):
                found[one.owner].append(Image(one.id, one.owner, one.width, one.height, one.caption))
        return found

    def _ask(self, owners: Iterable[str]) -> list[_Image]:
        answer = self._rest.get("/images", {"ids": ",".join(owners)})
        try:
            return _Answer.model_validate(answer).images
        except ValidationError as error:
            raise Unavailable(f"the older service answered something else than images: {error}") from error
