"""Recorded operations in DynamoDB, made for two questions: count a batch once, and read everything of the last days.

| pk           | sk         | what                                                                              |
|--------------|------------|-----------------------------------------------------------------------------------|
| OPS#<0-f>    | <hash>     | an operation: its text, and its requests by day and client (``domain.usage``)     |
| FIELDS#<day> | <graphlet> | how often the graphlet was asked for each of its fields on that day               |
| BATCH#<id>   | <part>     | this part of a batch has been counted                                             |

One item per operation, not per day and client: a schema check reads ten thousand items instead of a hundred thousand.
Texts and counts are compressed, so a page of DynamoDB holds more than a thousand.  A part of a batch is one
transaction with its mark, and every item carries a version: a message that comes twice, or two workers at once, count
once.  Everything expires.
"""

import json
import time
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime, timedelta
from itertools import batched
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError
from milkrun_core.errors import Unavailable
from milkrun_graph.checks import Recorded

from registry.domain.errors import UsageChangedMeanwhile
from registry.domain.usage import Count, Days, added, requests_since
from registry.schemas import RecordedOperation, UsageBatch

SHARDS = "0123456789abcdef"
READERS = 8
# A transaction holds 100 items: the mark, these operations, and the graphlets of the first part.
PART = 40
GRAPHLETS = 50
ATTEMPTS = 8
# Longer than a message can wait in the queue and in its dead-letter queue.
MARK_DAYS = 30
# A third of what an item may have: the counts need room, too.
MAX_TEXT = 128 * 1024

type Item = dict[str, Any]
type Key = tuple[str, str]


class UsageTable:
    """The table, with AWS's errors translated."""

    def __init__(
        self,
        dynamodb: Any,
        table: str,
        keep: timedelta = timedelta(days=30),
        pause: Callable[[float], None] = time.sleep,
    ) -> None:
        self._dynamodb = dynamodb
        self._table = table
        self._keep = keep
        self._pause = pause

    def recorded(self, since: date) -> list[Recorded]:
        """Every operation that was asked since that day, the busiest first.  Shapes of variables are not recorded."""
        with ThreadPoolExecutor(READERS) as pool:
            pages = list(pool.map(self._shard, (f"OPS#{shard}" for shard in SHARDS)))
        found = (_recorded(item, since) for items in pages for item in items)
        return sorted((one for one in found if one.requests), key=lambda one: (-one.count, one.hash))

    def _shard(self, pk: str) -> list[Item]:
        query = {
            "TableName": self._table,
            "KeyConditionExpression": "pk = :pk",
            "ExpressionAttributeValues": {":pk": {"S": pk}},
            "ProjectionExpression": "sk, body, days",
        }
        items: list[Item] = []
        while True:
            page = self._call("query", query)
            items += page["Items"]
            if "LastEvaluatedKey" not in page:
                return items
            query["ExclusiveStartKey"] = page["LastEvaluatedKey"]

    def add(self, batch: UsageBatch) -> bool:
        """Count a batch; False if it was counted before.  Raises UsageChangedMeanwhile when others are always first."""
        counted = [self._add_part(batch, number, part) for number, part in enumerate(_parts(batch))]
        return any(counted)

    def _add_part(self, batch: UsageBatch, number: int, part: Sequence[Sequence[RecordedOperation]]) -> bool:
        for attempt in range(ATTEMPTS):
            try:
                self._transact(batch, number, part)
            except _Lost as lost:
                if lost.mark:
                    return False
                self._pause(0.02 * 2**attempt)
            else:
                return True
        raise UsageChangedMeanwhile("the same operations are being counted by others", batch=batch.batch, part=number)

    def _transact(self, batch: UsageBatch, number: int, part: Sequence[Sequence[RecordedOperation]]) -> None:
        fields = _fields_of(batch) if number == 0 else {}
        keys = [_operation_key(rows[0].hash) for rows in part] + [_fields_key(batch, name) for name in fields]
        there = self._items(keys)
        mark = {**_keys((f"BATCH#{batch.batch}", str(number))), "expires_at": _in(batch.end, timedelta(days=MARK_DAYS))}
        puts = [self._put(mark, None)]
        for rows in part:
            before = there.get(_operation_key(rows[0].hash))
            puts.append(self._put(self._operation(batch, rows, before), before))
        for name, counts in fields.items():
            before = there.get(_fields_key(batch, name))
            puts.append(self._put(self._field_counts(batch, name, counts, before), before))
        self._write(puts)

    def _operation(self, batch: UsageBatch, rows: Sequence[RecordedOperation], before: Item | None) -> Item:
        counts = [Count(row.client, row.count, row.errors) for row in rows]
        days: Days = _unpacked(before["days"]) if before else {}
        return {
            **_keys(_operation_key(rows[0].hash)),
            "body": before["body"] if before else {"B": zlib.compress(rows[0].text.encode(), 9)},
            "days": _packed(added(days, batch.end.date(), counts, self._keep)),
            "expires_at": _in(batch.end, self._keep),
        }

    def _field_counts(self, batch: UsageBatch, name: str, counts: Mapping[str, int], before: Item | None) -> Item:
        known: dict[str, int] = _unpacked(before["counts"]) if before else {}
        total = {**known, **{key: known.get(key, 0) + count for key, count in counts.items()}}
        expires = _in(batch.end, self._keep)
        return {**_keys(_fields_key(batch, name)), "counts": _packed(total), "expires_at": expires}

    def _put(self, item: Item, before: Item | None) -> Item:
        version = int(before["version"]["N"]) if before else 0
        put: Item = {"TableName": self._table, "Item": {**item, "version": {"N": str(version + 1)}}}
        if before is None:
            put["ConditionExpression"] = "attribute_not_exists(pk)"
        else:
            put["ConditionExpression"] = "version = :version"
            put["ExpressionAttributeValues"] = {":version": {"N": str(version)}}
        return {"Put": put}

    def _write(self, puts: list[Item]) -> None:
        try:
            self._dynamodb.transact_write_items(TransactItems=puts)
        except ClientError as error:
            if error.response["Error"]["Code"] != "TransactionCanceledException":
                raise Unavailable(f"the usage table did not answer: {error}") from error
            reasons = [reason.get("Code") for reason in error.response.get("CancellationReasons", [])]
            raise _Lost(mark=reasons[:1] == ["ConditionalCheckFailed"]) from error
        except BotoCoreError as error:
            raise Unavailable(f"the usage table did not answer: {error}") from error

    def _items(self, keys: Sequence[Key]) -> dict[Key, Item]:
        found: dict[Key, Item] = {}
        wanted: list[Item] = [_keys(key) for key in keys]
        while wanted:
            asked = {self._table: {"Keys": wanted, "ConsistentRead": True}}
            page = self._call("batch_get_item", {"RequestItems": asked})
            found |= {(item["pk"]["S"], item["sk"]["S"]): item for item in page["Responses"].get(self._table, [])}
            wanted = page.get("UnprocessedKeys", {}).get(self._table, {}).get("Keys", [])
        return found

    def _call(self, name: str, request: Item) -> Any:
        try:
            return getattr(self._dynamodb, name)(**request)
        except (ClientError, BotoCoreError) as error:
            raise Unavailable(f"the usage table did not answer: {error}") from error


class _Lost(Exception):
    """A transaction was refused; ``mark`` says that it was because the part has been counted."""

    def __init__(self, *, mark: bool) -> None:
        super().__init__()
        self.mark = mark


def _parts(batch: UsageBatch) -> Iterator[Sequence[Sequence[RecordedOperation]]]:
    """The batch's operations, the rows of one text together, in parts that one transaction holds; at least one part."""
    by_hash: dict[str, list[RecordedOperation]] = {}
    for row in batch.operations:
        if len(row.text) <= MAX_TEXT:
            by_hash.setdefault(row.hash, []).append(row)
    yield from batched((by_hash[key] for key in sorted(by_hash)), PART, strict=False) if by_hash else [()]


def _fields_of(batch: UsageBatch) -> dict[str, dict[str, int]]:
    found: dict[str, dict[str, int]] = {}
    for one in batch.fields:
        if one.graphlet in found or len(found) < GRAPHLETS:
            counts = found.setdefault(one.graphlet, {})
            counts[one.coordinate] = counts.get(one.coordinate, 0) + one.count
    return found


def _recorded(item: Item, since: date) -> Recorded:
    requests = requests_since(_unpacked(item["days"]), since)
    return Recorded(item["sk"]["S"], zlib.decompress(item["body"]["B"]).decode(), requests, None)


def _operation_key(key: str) -> Key:
    return f"OPS#{key[0]}", key


def _fields_key(batch: UsageBatch, graphlet: str) -> Key:
    return f"FIELDS#{batch.end.date().isoformat()}", graphlet


def _keys(key: Key) -> Item:
    return {"pk": {"S": key[0]}, "sk": {"S": key[1]}}


def _packed(content: Any) -> Item:
    return {"B": zlib.compress(json.dumps(content, separators=(",", ":")).encode())}


def _unpacked(value: Item) -> Any:
    return json.loads(zlib.decompress(value["B"]))


def _in(start: datetime, span: timedelta) -> Item:
    return {"N": str(int((start + span).timestamp()))}
