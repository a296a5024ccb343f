"""The queue entry point: what is planned, what is refused for good, what comes again."""

import json
from typing import Any

import pytest
from milkrun_core.errors import Unavailable
from pack import worker
from pack.usecases import plan_id_of

from tests.support.packing import CarelessPacker, FakePlanStore, FakePorts, LambdaContextStub, event


def failed(name: str) -> list[str]:
    reply = worker.handler(event(name), LambdaContextStub())  # type: ignore[arg-type]
    return [failure["itemIdentifier"] for failure in reply["batchItemFailures"]]


def message_ids(name: str) -> list[str]:
    return [record["messageId"] for record in event(name)["Records"]]


def document(fake: FakePorts, order_id: str) -> Any:
    return fake.plans.kept["ONT8", plan_id_of(order_id, None)].document


def test_plans_every_order_of_the_batch(fake: FakePorts) -> None:
    assert failed("sqs-order-to-pack") == []
    assert document(fake, "111-2233445-6677889")["status"] == "packed"
    assert document(fake, "111-2233445-0000002")["status"] == "packed"


def test_a_message_that_comes_twice_is_planned_once(fake: FakePorts) -> None:
    failed("sqs-order-to-pack")
    kept = dict(fake.plans.kept)
    assert failed("sqs-order-to-pack") == []
    assert fake.plans.kept == kept


def test_only_the_unreadable_message_comes_again(fake: FakePorts) -> None:
    assert failed("sqs-order-to-pack-one-poisoned") == message_ids("sqs-order-to-pack-one-poisoned")[1:]
    assert document(fake, "111-2233445-6677889")["status"] == "packed"


def test_an_order_that_can_never_be_packed_is_stored_as_refused(fake: FakePorts) -> None:
    assert failed("sqs-order-to-pack-fits-no-box") == []
    refused = document(fake, "111-2233445-0000003")
    assert (refused["status"], refused["problem"]["code"]) == ("refused", "ItemFitsNoBox")


def test_an_order_for_an_unknown_fc_is_stored_as_refused(fake: FakePorts) -> None:
    fake.boxes.kept.clear()
    assert failed("sqs-order-to-pack") == []
    assert document(fake, "111-2233445-6677889")["problem"]["code"] == "UnknownFulfilmentCentre"


def test_a_placement_that_the_checker_refuses_comes_again(fake: FakePorts, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worker, "live_ports", FakePorts(packer=CarelessPacker(), plans=fake.plans).ports)
    assert failed("sqs-order-to-pack-fits-no-box") == []
    assert failed("sqs-order-to-pack") == message_ids("sqs-order-to-pack")[:1]


def test_a_table_that_does_not_answer_makes_every_message_come_again(monkeypatch: pytest.MonkeyPatch) -> None:
    class Throttled(FakePlanStore):
        """A store whose table is throttled."""

        def find(self, fc: str, plan_id: str) -> None:
            raise Unavailable("the packing table did not answer", fc=fc, plan_id=plan_id)

    monkeypatch.setattr(worker, "live_ports", FakePorts(plans=Throttled()).ports)
    assert failed("sqs-order-to-pack") == message_ids("sqs-order-to-pack")


def test_a_changed_order_under_a_known_id_fails_rather_than_replacing_the_plan(fake: FakePorts) -> None:
    failed("sqs-order-to-pack")
    body = json.loads(event("sqs-order-to-pack")["Records"][0]["body"])
    body["order"]["items"][0]["quantity"] += 1
    changed = event("sqs-order-to-pack")["Records"][0] | {"body": json.dumps(body)}
    reply = worker.handler({"Records": [changed]}, LambdaContextStub())  # type: ignore[arg-type]
    assert len(reply["batchItemFailures"]) == 1
