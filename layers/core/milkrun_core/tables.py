"""DynamoDB tables read and written by the hundred: items with one key, ``id``, whose other attributes are text.

Whatever goes wrong is Unavailable: a read that DynamoDB left unfinished is asked for again until its time is up, and an
answer with holes is never taken for a whole one.
"""

import random
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from itertools import batched
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError
from pynamodb.connection import TableConnection
from pynamodb.connection.base import MetaTable
from pynamodb.exceptions import PynamoDBException
from pynamodb.expressions.operand import Path

from milkrun_core.errors import Unavailable
from milkrun_core.timeouts import ATTEMPTS, CONNECT_SECONDS, READ_SECONDS

KEYS_PER_READ = 100  # DynamoDB's limits
ITEMS_PER_WRITE = 25
READ_ALL_SECONDS = 4.0
WRITE_ALL_SECONDS = 20.0
WRITERS = 8

type Item = dict[str, str]
type Raw = dict[str, dict[str, Any]]


class Table:
    """One table.  ``seconds`` bound a whole read or write, however many calls it takes."""

    def __init__(
        self,
        name: str,
        read_seconds: float = READ_ALL_SECONDS,
        write_seconds: float = WRITE_ALL_SECONDS,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self.name = name
        self._read_seconds, self._write_seconds = read_seconds, write_seconds
        self._clock, self._sleep = clock, sleep
        key = {"AttributeName": "id", "KeyType": "HASH"}
        described = {"TableName": name, "KeySchema": [key], "AttributeDefinitions": [{**_ID, "AttributeType": "S"}]}
        self._connection = TableConnection(
            name,
            connect_timeout_seconds=CONNECT_SECONDS,
            read_timeout_seconds=READ_SECONDS,
            max_retry_attempts=ATTEMPTS,
            max_pool_connections=WRITERS,
            meta_table=MetaTable(described),
        )

    def read(self, ids: Iterable[str]) -> dict[str, Item]:
        """The items that there are, by id: one call per hundred ids.  Raises Unavailable."""
        wanted = list(dict.fromkeys(ids))
        found: dict[str, Item] = {}
        end = self._clock() + self._read_seconds
        for keys in batched(wanted, KEYS_PER_READ, strict=False):
            for raw in self._read_all([_key(one) for one in keys], end):
                item = _item(raw)
                found[item["id"]] = item
        return found

    def put(self, items: Iterable[Mapping[str, str]]) -> None:
        """Write items, replacing those of the same id; the last of two wins.  Raises Unavailable."""
        last = {item["id"]: item for item in items}
        end = self._clock() + self._write_seconds
        for some in batched(last.values(), ITEMS_PER_WRITE, strict=False):
            self._put_all([_raw(item) for item in some], end)

    def merge(self, parts: Mapping[str, Mapping[str, str]]) -> None:
        """Set attributes of items, which begin to exist with it; their other attributes stay.  Raises Unavailable."""
        _ = self._connection.connection.client  # made here once, or each thread would make one of its own
        with ThreadPoolExecutor(WRITERS) as pool:
            for _ in pool.map(self._merge_one, parts.items()):
                pass

    def first(self, index: str, partition: str, count: int) -> list[Item]:
        """The first items of an index's partition (attribute ``shelf``), in its order.  Raises Unavailable."""
        query = {
            "TableName": self.name,
            "IndexName": index,
            "KeyConditionExpression": "shelf = :shelf",
            "ExpressionAttributeValues": {":shelf": {"S": partition}},
            "Limit": count,
        }
        found = self._called(partial(self._connection.connection.dispatch, "Query", query))
        return [_item(raw) for raw in found["Items"]]

    def _read_all(self, keys: Sequence[Raw], end: float) -> Iterator[Raw]:
        attempt = 0
        while keys:
            # PynamoDB's annotation says text; what it passes on is keys.
            answer = self._called(partial(self._connection.batch_get_item, keys))  # type: ignore[arg-type]
            yield from answer["Responses"].get(self.name, [])
            keys = answer.get("UnprocessedKeys", {}).get(self.name, {}).get("Keys", [])
            attempt = self._pause(attempt, end, len(keys))

    def _put_all(self, items: Sequence[Raw], end: float) -> None:
        attempt = 0
        while items:
            answer = self._called(partial(self._connection.batch_write_item, put_items=items))
            left = answer.get("UnprocessedItems", {}).get(self.name, [])
            items = [one["PutRequest"]["Item"] for one in left]
            attempt = self._pause(attempt, end, len(items))

    def _merge_one(self, entry: tuple[str, Mapping[str, str]]) -> None:
        identity, parts = entry
        # As a list: in one text, a dot would lead into a map.
        actions = [Path([name]).set(value) for name, value in parts.items()]
        self._called(partial(self._connection.update_item, identity, actions=actions))

    def _pause(self, attempt: int, end: float, left: int) -> int:
        """Wait before what was left is asked for again: longer each time, and not all callers at once."""
        if left and self._clock() >= end:
            raise Unavailable(f"the table left {left} items undone: it is throttled", table=self.name)
        if left:
            self._sleep(random.uniform(0.5, 1.0) * 0.05 * 2 ** min(attempt, 5))  # noqa: S311 - spreads load
        return attempt + 1

    def _called(self, call: Callable[[], Any]) -> Any:
        try:
            return call()
        except (PynamoDBException, BotoCoreError, ClientError) as error:
            raise Unavailable("the table did not answer", table=self.name) from error


_ID = {"AttributeName": "id"}


def _key(identity: str) -> Raw:
    return {"id": {"S": identity}}


def _raw(item: Mapping[str, str]) -> Raw:
    return {name: {"S": value} for name, value in item.items()}


def _item(raw: Raw) -> Item:
    return {name: value["S"] for name, value in raw.items()}
