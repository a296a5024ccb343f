"""Packing as deployed: through the cell's name, the queue, the table and the policies."""

import json
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import uuid4

import pytest

from tests.support.aws import eventually
from tests.support.packing import a_box_type, a_line, event

PLANS = "/pack/fcs/ONT8/packing-plans"


@pytest.fixture(scope="module", autouse=True)
def boxes(cell: Any) -> None:
    answer = cell.call("PUT", "/pack/fcs/ONT8/boxes", json.loads(event("http-put-boxes")["body"]))
    assert answer.status in (200, 201)


def an_order(**line: Any) -> dict[str, Any]:
    return {"order_id": str(uuid4()), "items": [a_line(**line)]}


def send(cell: Any, body: str) -> None:
    cell.client("sqs").send_message(QueueUrl=cell.output("fulfillment-pack", "QueueUrl"), MessageBody=body)


def plan_of(cell: Any, order: dict[str, Any]) -> dict[str, Any]:
    def look() -> dict[str, Any] | None:
        answer = cell.call("GET", f"{PLANS}?order_id={order['order_id']}")
        return answer.body if answer.status == 200 else None

    found: dict[str, Any] = eventually(look, seconds=30, what="the plan of the order in the queue")
    return found


def test_a_plan_is_made_stored_and_read_again(cell: Any) -> None:
    order = an_order(quantity=5)
    made = cell.call("POST", PLANS, order)
    again = cell.call("POST", PLANS, order)
    read = cell.call("GET", made.headers["Location"])
    assert (made.status, again.status, read.status) == (201, 200, 200)
    assert made.body == again.body == read.body
    assert len(made.body["boxes"][0]["items"]) == 5


@pytest.mark.parametrize(
    ("path", "body", "status", "code"),
    [
        (PLANS, {"order_id": "o", "items": []}, 400, "InvalidRequest"),
        (PLANS, {"order_id": "o", "items": [a_line(weight_g=-1)]}, 400, "InvalidRequest"),
        (PLANS, {"order_id": "o", "items": [a_line(length_mm=5_000)]}, 422, "ItemFitsNoBox"),
        (PLANS.replace("ONT8", "ZZZ9"), an_order(), 404, "UnknownFulfilmentCentre"),
    ],
)
def test_bad_input_is_a_problem(cell: Any, path: str, body: Any, status: int, code: str) -> None:
    answer = cell.call("POST", path, body)
    assert (answer.status, answer.body["code"]) == (status, code)


def test_of_many_who_plan_one_order_at_once_one_makes_the_plan_and_all_get_it(cell: Any) -> None:
    order = an_order(quantity=3)
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda _: cell.call("POST", PLANS, order), range(8)))
    assert sorted(answer.status for answer in answers) == [200] * 7 + [201]
    assert len({json.dumps(answer.body) for answer in answers}) == 1


def test_an_order_is_planned_through_the_queue(cell: Any) -> None:
    order = an_order()
    send(cell, json.dumps({"fc": "ONT8", "order": order}))
    assert plan_of(cell, order)["status"] == "packed"


def test_an_order_that_can_never_be_packed_is_stored_as_refused(cell: Any) -> None:
    order = an_order(length_mm=5_000)
    send(cell, json.dumps({"fc": "ONT8", "order": order}))
    refused = plan_of(cell, order)
    assert (refused["status"], refused["problem"]["code"]) == ("refused", "ItemFitsNoBox")


def test_a_poisoned_message_ends_in_the_dead_letter_queue_and_the_others_are_planned(cell: Any) -> None:
    sqs, order, poison = cell.client("sqs"), an_order(), f"not an order {uuid4()}"
    queue, dlq = (cell.output("fulfillment-pack", name) for name in ("QueueUrl", "DlqUrl"))
    sqs.set_queue_attributes(QueueUrl=queue, Attributes={"VisibilityTimeout": "1"})  # so that retries come at once
    send(cell, poison)
    send(cell, json.dumps({"fc": "ONT8", "order": order}))
    assert plan_of(cell, order)["status"] == "packed"
    found = eventually(
        lambda: sqs.receive_message(QueueUrl=dlq, MaxNumberOfMessages=10).get("Messages"), seconds=60, what="the poison"
    )
    assert [message["Body"] for message in found] == [poison]


def test_cells_share_nothing(cells: dict[str, Any]) -> None:
    one, other = cells.values()
    assert one.call("PUT", "/pack/fcs/MEM4/boxes", {"boxes": [a_box_type()]}).status == 201
    order = an_order()
    made = one.call("POST", "/pack/fcs/MEM4/packing-plans", order)
    assert made.status == 201
    assert other.call("GET", made.headers["Location"]).status == 404
    assert other.call("POST", "/pack/fcs/MEM4/packing-plans", order).body["code"] == "UnknownFulfilmentCentre"


@pytest.mark.parametrize("name", ["cell-1", "cell-2"])
def test_the_smoke_function_passes(cells: dict[str, Any], name: str) -> None:
    result = cells[name].smoke("fulfillment-pack")
    assert [check["ok"] for check in result["checks"]] == [True, True, True]
