"""What the resolvers and the import need from outside."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Protocol

from titles.domain.model import Credit, Title


class Titles(Protocol):
    """Titles by id, and their credits.  Everything here may raise Unavailable."""

    def find(self, ids: Iterable[str]) -> Mapping[str, Title]:
        """Those of the ids that there are, in one go."""

    def credits(self, ids: Iterable[str]) -> Mapping[str, Sequence[Credit]]:
        """The credits of the titles that have some, in one go, in no order."""

    def keep(self, titles: Iterable[Title]) -> None:
        """Write titles; the same one twice changes nothing."""

    def keep_credits(self, credited: Iterable[Credit]) -> None:
        """Write credits; the same one twice changes nothing."""
