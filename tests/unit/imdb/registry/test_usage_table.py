"""The table of recorded operations over moto: each batch counts once."""

import hashlib
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import boto3
import pytest
from milkrun_core.errors import Unavailable
from moto import mock_aws
from registry import usage_table
from registry.domain.errors import UsageChangedMeanwhile
from registry.schemas import UsageBatch
from registry.usage_table import MAX_TEXT, PART, UsageTable

DAY = date(2026, 3, 2)


@pytest.fixture
def dynamodb() -> Iterator[Any]:
    with mock_aws():
        client = boto3.client("dynamodb", region_name="us-east-1")
        client.create_table(
            TableName="usage",
            BillingMode="PAY_PER_REQUEST",
            KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}],
            AttributeDefinitions=[{"AttributeName": name, "AttributeType": "S"} for name in ("pk", "sk")],
        )
        yield client


@pytest.fixture
def table(dynamodb: Any) -> UsageTable:
    return UsageTable(dynamodb, "usage")


def a_row(text: str, client: str = "web", count: int = 1) -> dict[str, Any]:
    digest = hashlib.sha256(text.encode()).hexdigest()
    return {"hash": digest, "text": text, "client": client, "count": count, "errors": 0}


def a_batch(name: str, *rows: dict[str, Any], day: date = DAY, fields: Any = ()) -> UsageBatch:
    at = datetime(day.year, day.month, day.day, 12, tzinfo=UTC)
    content = {"batch": name, "from": at, "to": at, "operations": rows, "fields": fields}
    return UsageBatch.model_validate(content)


def test_operations_are_read_with_their_clients_the_busiest_first(table: UsageTable) -> None:
    table.add(a_batch("b-1", a_row("{ a }", "web", 2), a_row("{ b }", "web", 9), a_row("{ a }", "ios", 3)))
    table.add(a_batch("b-2", a_row("{ a }", "ios", 10)))
    found = table.recorded(DAY)
    assert [(one.query, one.requests, one.shapes) for one in found] == [
        ("{ a }", {"web": 2, "ios": 13}, None),
        ("{ b }", {"web": 9}, None),
    ]


def test_a_batch_that_comes_twice_counts_once(table: UsageTable) -> None:
    batch = a_batch("b-1", a_row("{ a }", count=2), fields=[{"graphlet": "people", "coordinate": "Q.a", "count": 2}])
    assert table.add(batch)
    assert not table.add(batch)
    assert table.recorded(DAY)[0].count == 2


def test_a_large_batch_that_died_half_way_is_finished_and_nothing_counts_twice(
    table: UsageTable, dynamodb: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    batch = a_batch("b-1", *(a_row(f"{{ field{number} }}") for number in range(3 * PART)))
    whole = dynamodb.transact_write_items
    calls = []

    def dies_at_the_second(**request: Any) -> Any:
        calls.append(request)
        if len(calls) == 2:
            raise ZeroDivisionError
        return whole(**request)

    monkeypatch.setattr(dynamodb, "transact_write_items", dies_at_the_second)
    with pytest.raises(ZeroDivisionError):
        table.add(batch)
    assert len(table.recorded(DAY)) == PART
    assert table.add(batch)
    assert [one.count for one in table.recorded(DAY)] == [1] * 3 * PART


def test_who_loses_against_another_worker_counts_on_top_of_it(
    table: UsageTable, dynamodb: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    table.add(a_batch("b-1", a_row("{ a }", count=1)))
    rivals = [a_batch("b-2", a_row("{ a }", count=10))]
    read = table._items

    def disturbed(keys: Any) -> Any:
        found = read(keys)
        if rivals:
            table.add(rivals.pop())
        return found

    monkeypatch.setattr(table, "_items", disturbed)
    table.add(a_batch("b-3", a_row("{ a }", count=100)))
    assert table.recorded(DAY)[0].count == 111


def test_who_always_loses_gives_the_message_back(dynamodb: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    table = UsageTable(dynamodb, "usage", pause=lambda _: None)
    table.add(a_batch("b-1", a_row("{ a }")))
    monkeypatch.setattr(table, "_items", lambda _: {})
    with pytest.raises(UsageChangedMeanwhile):
        table.add(a_batch("b-2", a_row("{ a }")))


def test_what_nobody_asked_lately_is_not_read(table: UsageTable) -> None:
    table.add(a_batch("b-1", a_row("{ old }"), day=DAY - timedelta(days=8)))
    table.add(a_batch("b-2", a_row("{ new }")))
    assert [one.query for one in table.recorded(DAY - timedelta(days=7))] == ["{ new }"]


def test_everything_expires(table: UsageTable, dynamodb: Any) -> None:
    table.add(a_batch("b-1", a_row("{ a }"), fields=[{"graphlet": "people", "coordinate": "Q.a", "count": 2}]))
    items = dynamodb.scan(TableName="usage")["Items"]
    assert len(items) == 3
    noon = datetime(DAY.year, DAY.month, DAY.day, 12, tzinfo=UTC)
    assert {int(item["expires_at"]["N"]) for item in items} == {int((noon + timedelta(days=30)).timestamp())}


def test_field_counts_add_up_by_day_and_graphlet(table: UsageTable, dynamodb: Any) -> None:
    for name, count in (("b-1", 2), ("b-2", 5)):
        fields = [{"graphlet": "people", "coordinate": "Name.id", "count": count}]
        table.add(a_batch(name, fields=[*fields, {"graphlet": "titles", "coordinate": "Title.id", "count": 1}]))
    key = {"pk": {"S": "FIELDS#2026-03-02"}, "sk": {"S": "people"}}
    item = dynamodb.get_item(TableName="usage", Key=key)["Item"]
    assert usage_table._unpacked(item["counts"]) == {"Name.id": 7}


def test_a_text_that_no_item_could_hold_is_left_out(table: UsageTable) -> None:
    table.add(a_batch("b-1", a_row("#" * (MAX_TEXT + 1)), a_row("{ a }")))
    assert [one.query for one in table.recorded(DAY)] == ["{ a }"]


@pytest.mark.usefixtures("dynamodb")
def test_a_table_that_does_not_answer_is_unavailable(dynamodb: Any) -> None:
    nowhere = UsageTable(dynamodb, "no-such-table")
    with pytest.raises(Unavailable):
        nowhere.recorded(DAY)
    with pytest.raises(Unavailable):
        nowhere.add(a_batch("b-1", a_row("{ a }")))
