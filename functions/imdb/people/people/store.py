"""People in DynamoDB: one item each, ``id`` and the person as JSON in ``document``."""

from collections.abc import Iterable

from milkrun_core.tables import Table
from pydantic import TypeAdapter

from people.domain.model import Person

_PERSON = TypeAdapter(Person)


class PeopleStore:
    """The table of people."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def find(self, ids: Iterable[str]) -> dict[str, Person]:
        items = self._table.read(ids)
        return {identity: _PERSON.validate_json(item["document"]) for identity, item in items.items()}

    def keep(self, people: Iterable[Person]) -> None:
        self._table.put({"id": person.id, "document": _PERSON.dump_json(person).decode()} for person in people)
