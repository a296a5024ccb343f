"""Titles in DynamoDB.

| id        | attributes                                                      |
|-----------|-----------------------------------------------------------------|
| <id>      | ``document``: the title as JSON                                 |
| <id>#cast | one attribute per credit, named for its ordering: credit as JSON |

All credits of a title are one item, so the casts of a hundred titles are one read; a title has tens of credits, not
thousands.
"""

from collections import defaultdict
from collections.abc import Iterable

from milkrun_core.tables import Table
from pydantic import TypeAdapter

from titles.domain.model import Credit, Title

_TITLE = TypeAdapter(Title)
_CREDIT = TypeAdapter(Credit)
CAST = "#cast"


class TitleStore:
    """The table of titles."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def find(self, ids: Iterable[str]) -> dict[str, Title]:
        items = self._table.read(ids)
        return {identity: _TITLE.validate_json(item["document"]) for identity, item in items.items()}

    def credits(self, ids: Iterable[str]) -> dict[str, list[Credit]]:
        items = self._table.read(identity + CAST for identity in ids)
        return {
            identity.removesuffix(CAST): [_CREDIT.validate_json(value) for name, value in item.items() if name != "id"]
            for identity, item in items.items()
        }

    def keep(self, titles: Iterable[Title]) -> None:
        self._table.put({"id": title.id, "document": _TITLE.dump_json(title).decode()} for title in titles)

    def keep_credits(self, credited: Iterable[Credit]) -> None:
        parts: dict[str, dict[str, str]] = defaultdict(dict)
        for credit in credited:
            parts[credit.title_id + CAST][str(credit.ordering)] = _CREDIT.dump_json(credit).decode()
        self._table.merge(parts)
