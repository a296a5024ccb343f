"""Tables by the hundred, over moto: whole answers or none."""

from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from milkrun_core.errors import Unavailable
from milkrun_core.tables import Table
from moto import mock_aws
from pynamodb.exceptions import GetError


class Clock:
    """Time that passes by sleeping."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds


@pytest.fixture
def table() -> Iterator[Table]:
    with mock_aws():
        boto3.client("dynamodb", region_name="us-east-1").create_table(
            TableName="things",
            BillingMode="PAY_PER_REQUEST",
            KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
            AttributeDefinitions=[{"AttributeName": name, "AttributeType": "S"} for name in ("id", "shelf", "place")],
            GlobalSecondaryIndexes=[
                {
                    "IndexName": "by_place",
                    "KeySchema": [
                        {"AttributeName": "shelf", "KeyType": "HASH"},
                        {"AttributeName": "place", "KeyType": "RANGE"},
                    ],
                    "Projection": {"ProjectionType": "ALL"},
                }
            ],
        )
        clock = Clock()
        yield Table("things", clock=clock, sleep=clock.sleep)


class Calls:
    """Stands before a table's connection: counts its calls, and spoils some answers."""

    def __init__(self, table: Table, monkeypatch: pytest.MonkeyPatch, undone: int = 0) -> None:
        self.reads: list[int] = []
        self._undone = undone
        self._read = table._connection.batch_get_item
        monkeypatch.setattr(table._connection, "batch_get_item", self.batch_get_item)

    def batch_get_item(self, keys: list[Any]) -> Any:
        self.reads.append(len(keys))
        if self._undone == 0:
            return self._read(keys)
        self._undone -= 1
        answer = self._read(keys[:1])
        return answer | {"UnprocessedKeys": {"things": {"Keys": keys[1:]}} if keys[1:] else {}}


def items(count: int) -> list[dict[str, str]]:
    return [{"id": f"t{index}", "text": f"text {index}"} for index in range(count)]


def test_items_are_read_as_they_were_written_a_hundred_at_a_time(table: Table, monkeypatch: pytest.MonkeyPatch) -> None:
    table.put(items(230))
    calls = Calls(table, monkeypatch)
    found = table.read([*(item["id"] for item in items(230)), "t0", "nobody"])
    assert found == {item["id"]: item for item in items(230)}
    assert calls.reads == [100, 100, 31]


def test_nothing_is_asked_for_no_ids(table: Table, monkeypatch: pytest.MonkeyPatch) -> None:
    calls = Calls(table, monkeypatch)
    assert table.read([]) == {}
    assert calls.reads == []


def test_what_dynamodb_left_undone_is_asked_for_again(table: Table, monkeypatch: pytest.MonkeyPatch) -> None:
    table.put(items(5))
    calls = Calls(table, monkeypatch, undone=3)
    assert len(table.read(f"t{index}" for index in range(5))) == 5
    assert calls.reads == [5, 4, 3, 2]


def test_an_answer_with_holes_is_none(table: Table, monkeypatch: pytest.MonkeyPatch) -> None:
    def nothing(keys: list[Any]) -> Any:
        return {"Responses": {}, "UnprocessedKeys": {"things": {"Keys": keys}}}

    monkeypatch.setattr(table._connection, "batch_get_item", nothing)
    with pytest.raises(Unavailable, match="left 1 items undone"):
        table.read(["t1"])


def test_of_two_items_of_one_id_the_last_is_kept(table: Table) -> None:
    table.put([{"id": "t1", "text": "first"}, {"id": "t1", "text": "last"}])
    assert table.read(["t1"])["t1"]["text"] == "last"


def test_merging_sets_attributes_and_leaves_the_others(table: Table) -> None:
    table.merge({"t1": {"a.b": "1", "c": "2"}, "t2": {"a.b": "9"}})
    table.merge({"t1": {"c": "3", "d-e": "4"}})
    assert table.read(["t1", "t2"]) == {
        "t1": {"id": "t1", "a.b": "1", "c": "3", "d-e": "4"},
        "t2": {"id": "t2", "a.b": "9"},
    }


def test_an_index_gives_its_first_items_in_its_order(table: Table) -> None:
    table.put([{"id": f"t{place}", "shelf": "top", "place": str(place)} for place in (3, 1, 2)])
    table.put([{"id": "t0", "place": "0"}])
    assert [item["id"] for item in table.first("by_place", "top", 2)] == ["t1", "t2"]


def test_a_table_that_does_not_answer_is_unavailable(monkeypatch: pytest.MonkeyPatch, table: Table) -> None:
    nowhere = Table("nowhere")
    for use in (
        lambda: nowhere.read(["t1"]),
        lambda: nowhere.put([{"id": "t1"}]),
        lambda: nowhere.merge({"t1": {"a": "b"}}),
        lambda: nowhere.first("by_place", "top", 1),
    ):
        with pytest.raises(Unavailable):
            use()

    def refuse(_: object) -> None:
        raise GetError

    monkeypatch.setattr(table._connection, "batch_get_item", refuse)
    with pytest.raises(Unavailable, match="did not answer"):
        table.read(["t1"])
