"""What the resolvers and the import need from outside."""

from collections.abc import Iterable, Mapping
from typing import Protocol

from people.domain.model import Person


class People(Protocol):
    """People by id."""

    def find(self, ids: Iterable[str]) -> Mapping[str, Person]:
        """Those of the ids that there are, in one go.  Raises Unavailable."""

    def keep(self, people: Iterable[Person]) -> None:
        """Write people; the same one twice changes nothing.  Raises Unavailable."""
