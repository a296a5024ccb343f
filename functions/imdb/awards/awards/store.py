"""Awards in DynamoDB: one item per owner, with one attribute per award, named for its id, that holds it as JSON."""

from collections import defaultdict
from collections.abc import Iterable

from milkrun_core.tables import Table
from pydantic import TypeAdapter

from awards.domain.model import Award

_AWARD = TypeAdapter(Award)
PREFIX = "award#"


class AwardStore:
    """The table of awards."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def find(self, owners: Iterable[str]) -> dict[str, list[Award]]:
        items = self._table.read(owners)
        return {
            owner: [_AWARD.validate_json(value) for name, value in item.items() if name.startswith(PREFIX)]
            for owner, item in items.items()
        }

    def keep(self, awards: Iterable[Award]) -> None:
        parts: dict[str, dict[str, str]] = defaultdict(dict)
        for award in awards:
            for owner in (*award.titles, *award.names):
                parts[owner][PREFIX + award.id] = _AWARD.dump_json(award).decode()
        self._table.merge(parts)
