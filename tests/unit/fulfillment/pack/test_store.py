"""The stores over moto: what DynamoDB's conditions make of two writers."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import boto3
import pytest
from milkrun_core.errors import Conflict, Unavailable
from moto import mock_aws
from pack.domain.errors import BoxesChangedMeanwhile, UnknownFulfilmentCentre
from pack.ports import CatalogueRecord, PlanRecord
from pack.store import DynamoBoxStore, DynamoPlanStore

from tests.support.packing import a_box_type, a_catalogue

PLAN = PlanRecord("ONT8", "p-1", "digest-1", refused=False, document={"plan_id": "p-1", "boxes": []})
REFUSAL = PlanRecord("ONT8", "p-1", "digest-1", refused=True, document={"status": "refused"})


@pytest.fixture
def table() -> Iterator[Any]:
    with mock_aws():
        dynamodb = boto3.resource("dynamodb", region_name="us-east-1")
        yield dynamodb.create_table(
            TableName="pack",
            BillingMode="PAY_PER_REQUEST",
            KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}],
            AttributeDefinitions=[{"AttributeName": name, "AttributeType": "S"} for name in ("pk", "sk")],
        )


@pytest.fixture
def plans(table: Any) -> DynamoPlanStore:
    return DynamoPlanStore.at(table.name, timedelta(days=1))


@pytest.fixture
def boxes(table: Any) -> DynamoBoxStore:
    return DynamoBoxStore.at(table.name)


def test_a_plan_is_read_as_it_was_written(plans: DynamoPlanStore) -> None:
    assert plans.find("ONT8", "p-1") is None
    plans.add(PLAN)
    assert plans.find("ONT8", "p-1") == PLAN


def test_the_partition_begins_with_the_fc_and_a_plan_expires(plans: DynamoPlanStore, table: Any) -> None:
    plans.add(PLAN)
    (row,) = table.scan()["Items"]
    assert (row["pk"], row["sk"]) == ("FC#ONT8", "PLAN#p-1")
    assert row["expires_at"] > 0


def test_the_second_plan_of_an_order_loses(plans: DynamoPlanStore) -> None:
    plans.add(PLAN)
    with pytest.raises(Conflict):
        plans.add(PLAN)


def test_a_refusal_gives_way_to_a_plan_and_never_the_other_way(plans: DynamoPlanStore) -> None:
    plans.add(REFUSAL)
    plans.add(REFUSAL)
    plans.add(PLAN)
    with pytest.raises(Conflict):
        plans.add(REFUSAL)
    assert plans.find("ONT8", "p-1") == PLAN


def test_an_fc_without_boxes_is_unknown(boxes: DynamoBoxStore) -> None:
    with pytest.raises(UnknownFulfilmentCentre):
        boxes.get("ONT8")


def test_of_two_catalogues_for_one_version_the_second_loses(boxes: DynamoBoxStore) -> None:
    first = CatalogueRecord("ONT8", 1, a_catalogue())
    boxes.save(first)
    with pytest.raises(BoxesChangedMeanwhile):
        boxes.save(first)
    mine, theirs = (CatalogueRecord("ONT8", 2, a_catalogue(a_box_type(ref))) for ref in ("mine", "theirs"))
    boxes.save(theirs)
    with pytest.raises(BoxesChangedMeanwhile):
        boxes.save(mine)
    assert boxes.get("ONT8") == theirs


@pytest.mark.usefixtures("table")
def test_a_table_that_does_not_answer_is_unavailable() -> None:
    with pytest.raises(Unavailable):
        DynamoPlanStore.at("no-such-table").find("ONT8", "p-1")
    with pytest.raises(Unavailable):
        DynamoPlanStore.at("no-such-table").add(PLAN)
