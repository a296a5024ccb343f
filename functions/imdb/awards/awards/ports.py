"""What the resolvers and the import need from outside."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Protocol

from awards.domain.model import Award


class Awards(Protocol):
    """Awards by owner.  Everything here may raise Unavailable."""

    def find(self, owners: Iterable[str]) -> Mapping[str, Sequence[Award]]:
        """The awards of those owners that have some, in one go, in no order."""

    def keep(self, awards: Iterable[Award]) -> None:
        """Write awards; the same one twice changes nothing."""
