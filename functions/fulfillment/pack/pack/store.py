"""Plans and box catalogues in DynamoDB. One table; every partition key begins with the FC.

| pk        | sk             | what                                     |
|-----------|----------------|------------------------------------------|
| FC#<fc>   | PLAN#<plan_id> | a plan; expires (``expires_at``)         |
| FC#<fc>   | BOXES          | the box catalogue and its version        |

Every write is conditional, so of two writers one wins and the other is told.
"""

import json
from datetime import UTC, datetime, timedelta
from typing import Any, Self

from milkrun_core.errors import Conflict, Unavailable
from milkrun_core.timeouts import ATTEMPTS, CONNECT_SECONDS, READ_SECONDS
from pynamodb.attributes import BooleanAttribute, NumberAttribute, TTLAttribute, UnicodeAttribute
from pynamodb.exceptions import PutError, PynamoDBException
from pynamodb.models import Model

from pack.domain.errors import BoxesChangedMeanwhile, UnknownFulfilmentCentre
from pack.ports import CatalogueRecord, PlanRecord
from pack.schemas import BoxCatalogue

LOST = "ConditionalCheckFailedException"


class _Item(Model):
    """One row of the table; only the attributes of its kind are set."""

    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)
    document = UnicodeAttribute()
    digest = UnicodeAttribute(null=True)
    refused = BooleanAttribute(null=True)
    version = NumberAttribute(null=True)
    expires_at = TTLAttribute(null=True)


def _bound(table: str) -> type[_Item]:
    class Bound(_Item):
        class Meta:
            table_name = table
            connect_timeout_seconds = CONNECT_SECONDS
            read_timeout_seconds = READ_SECONDS
            max_retry_attempts = ATTEMPTS

    return Bound


class _Table:
    """Reads and conditional writes of one table, with AWS's errors translated."""

    def __init__(self, item: type[_Item]) -> None:
        self._item = item

    @classmethod
    def at(cls, table: str) -> Self:
        """The store of one table, by its name."""
        return cls(_bound(table))

    def _find(self, fc: str, sk: str) -> _Item | None:
        try:
            return self._item.get(_partition(fc), sk, consistent_read=True)
        except self._item.DoesNotExist:
            return None
        except PynamoDBException as error:
            raise Unavailable("the packing table did not answer", fc=fc) from error

    def _put(self, item: _Item, condition: Any, lost: Conflict) -> None:
        try:
            item.save(condition=condition)
        except PutError as error:
            if error.cause_response_code == LOST:
                raise lost from error
            raise Unavailable("the packing table did not answer") from error


class DynamoPlanStore(_Table):
    """Plans; a packed one is never overwritten."""

    def __init__(self, item: type[_Item], retention: timedelta) -> None:
        super().__init__(item)
        self._retention = retention

    @classmethod
    def at(cls, table: str, retention: timedelta = timedelta(days=90)) -> Self:
        return cls(_bound(table), retention)

    def find(self, fc: str, plan_id: str) -> PlanRecord | None:
        found = self._find(fc, f"PLAN#{plan_id}")
        if found is None:
            return None
        return PlanRecord(fc, plan_id, found.digest or "", bool(found.refused), json.loads(found.document))

    def add(self, record: PlanRecord) -> None:
        item = self._item(
            _partition(record.fc),
            f"PLAN#{record.plan_id}",
            document=json.dumps(record.document, separators=(",", ":")),
            digest=record.digest,
            refused=record.refused,
            expires_at=datetime.now(UTC) + self._retention,
        )
        free = self._item.pk.does_not_exist() | (self._item.refused == True)  # noqa: E712 - builds a condition
        lost = Conflict("the order was planned meanwhile", fc=record.fc, plan_id=record.plan_id)
        self._put(item, free, lost)


class DynamoBoxStore(_Table):
    """Box catalogues; a write wins only against the version it was read at."""

    def get(self, fc: str) -> CatalogueRecord:
        found = self._find(fc, "BOXES")
        if found is None:
            raise UnknownFulfilmentCentre(f"this cell has no box catalogue for FC {fc}", fc=fc)
        return CatalogueRecord(fc, int(found.version or 0), BoxCatalogue.model_validate_json(found.document))

    def save(self, record: CatalogueRecord) -> None:
        item = self._item(
            _partition(record.fc), "BOXES", document=record.catalogue.model_dump_json(), version=record.version
        )
        before = record.version - 1
        free = self._item.version == before if before else self._item.pk.does_not_exist()
        lost = BoxesChangedMeanwhile(f"the boxes of FC {record.fc} changed meanwhile; read them again", fc=record.fc)
        self._put(item, free, lost)


def _partition(fc: str) -> str:
    return f"FC#{fc}"
