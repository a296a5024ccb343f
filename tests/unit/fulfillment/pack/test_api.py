"""The HTTP entry point over sample events: every case of the contract, in its own words."""

import json
from typing import Any

import pytest
from pack import api

from tests.support.packing import CarelessPacker, FakePorts, LambdaContextStub, a_line, event


def call(name: str, **changes: Any) -> tuple[int, dict[str, Any], dict[str, str]]:
    reply = api.handler(event(name) | changes, LambdaContextStub())  # type: ignore[arg-type]
    headers = {header: values[0] for header, values in reply["multiValueHeaders"].items()}
    return reply["statusCode"], json.loads(reply["body"]), headers


@pytest.mark.usefixtures("fake")
def test_plans_an_order_and_says_where_the_plan_is() -> None:
    status, plan, headers = call("http-create-plan")
    assert status == 201
    assert headers["Location"] == f"/pack/fcs/ONT8/packing-plans/{plan['plan_id']}"
    assert plan["boxes"][0]["box_ref"] == "B2"
    assert {item["sku"] for item in plan["boxes"][0]["items"]} == {"book-hardcover", "mug-blue"}


@pytest.mark.usefixtures("fake")
def test_answers_a_repeated_order_with_the_plan_that_is_there() -> None:
    _, first, _ = call("http-create-plan")
    status, again, _ = call("http-create-plan")
    assert (status, again) == (200, first)
    assert call("http-read-plan")[:2] == (200, first)
    assert call("http-read-plan-of-order")[:2] == (200, first)


@pytest.mark.usefixtures("fake")
def test_finds_the_plan_with_and_without_the_base_path() -> None:
    call("http-create-plan")
    path = event("http-read-plan")["path"].removeprefix("/pack")
    assert call("http-read-plan", path=path)[0] == 200


@pytest.mark.parametrize(
    ("name", "status", "code", "detail"),
    [
        ("http-create-plan-no-items", 400, "InvalidRequest", "items: 0 lines; at least one is needed"),
        ("http-create-plan-malformed", 400, "InvalidRequest", "body: Invalid JSON"),
        ("http-create-plan-wrong-types", 400, "InvalidRequest", "items[0].length_mm: Input should be greater"),
        ("http-create-plan-unknown-fc", 404, "UnknownFulfilmentCentre", "no box catalogue for FC ZZZ9"),
        ("http-create-plan-fits-no-box", 422, "ItemFitsNoBox", "item canoe fits no box of this FC"),
        ("http-read-plan", 404, "PlanNotFound", "FC ONT8 has no packing plan"),
    ],
)
@pytest.mark.usefixtures("fake")
def test_refuses_with_a_problem_that_names_the_reason(name: str, status: int, code: str, detail: str) -> None:
    answered, problem, headers = call(name)
    assert (answered, problem["status"], problem["code"]) == (status, status, code)
    assert detail in problem["detail"]
    assert headers["Content-Type"] == "application/problem+json"


@pytest.mark.usefixtures("fake")
def test_names_every_wrong_field_at_once() -> None:
    _, problem, _ = call("http-create-plan-wrong-types")
    assert [error["field"] for error in problem["errors"]] == [
        "items[0].length_mm",
        "items[0].width_mm",
        "items[0].height_mm",
    ]


@pytest.mark.parametrize(
    ("body", "field", "reason"),
    [
        ({"items": [a_line()]}, "order_id", "Idempotency-Key"),
        ({"order_id": "o", "items": [a_line()] * 101}, "items", "101 lines"),
        ({"order_id": "o", "items": [a_line(quantity=120), a_line(quantity=81)]}, "items", "201 pieces in all"),
        ({"order_id": "o", "items": [a_line(), a_line(weight_g=7)]}, "items", "SKU book do not agree"),
        ({"order_id": "o", "items": [a_line(wieght_g=7)]}, "items[0].wieght_g", "Extra inputs"),
        ({"order_id": "o", "items": [a_line(quantity=0)]}, "items[0].quantity", "greater than or equal to 1"),
        ({"order_id": "o" * 65, "items": [a_line()]}, "order_id", "at most 64"),
        ([], "body", "object"),
    ],
)
@pytest.mark.usefixtures("fake")
def test_refuses_what_the_contract_does_not_allow(body: Any, field: str, reason: str) -> None:
    status, problem, _ = call("http-create-plan", body=json.dumps(body))
    assert status == 400
    assert problem["errors"][0]["field"] == field
    assert reason in problem["errors"][0]["reason"]


@pytest.mark.parametrize("body", [None, "", "null", "\ud83d", "[" * 5_000])
@pytest.mark.usefixtures("fake")
def test_survives_any_body(body: str | None) -> None:
    assert call("http-create-plan", body=body)[0] == 400


@pytest.mark.parametrize(
    ("name", "header", "value"),
    [("http-create-plan-by-key", "Idempotency-Key", "a b"), ("http-put-boxes-if-match", "If-Match", "*")],
)
@pytest.mark.usefixtures("fake")
def test_names_the_header_that_is_wrong(name: str, header: str, value: str) -> None:
    changed = {header: value}
    status, problem, _ = call(name, headers=changed, multiValueHeaders={header: [value]})
    assert (status, problem["errors"][0]["field"]) == (400, header)


@pytest.mark.usefixtures("fake")
def test_plans_by_idempotency_key() -> None:
    assert call("http-create-plan-by-key")[0] == 201
    assert call("http-create-plan-by-key")[0] == 200


@pytest.mark.parametrize("path", ["/pack/fcs/ont8/boxes", "/pack/fcs/TOOLONGFC/boxes", "/pack/fcs/O-8/boxes"])
@pytest.mark.usefixtures("fake")
def test_says_what_an_fc_looks_like(path: str) -> None:
    status, problem, _ = call("http-read-boxes", path=path)
    assert (status, problem["errors"][0]["field"]) == (400, "fc")


@pytest.mark.usefixtures("fake")
def test_refuses_a_changed_order_under_a_known_id() -> None:
    call("http-create-plan")
    order = json.loads(event("http-create-plan")["body"])
    order["items"][0]["quantity"] += 1
    status, problem, _ = call("http-create-plan", body=json.dumps(order))
    assert (status, problem["code"]) == (409, "OrderAlreadyPlanned")


def test_puts_and_reads_boxes_by_version(fake: FakePorts) -> None:
    fake.boxes.kept.clear()
    assert call("http-read-boxes")[0] == 404
    assert call("http-put-boxes")[0] == 201
    assert call("http-put-boxes")[0] == 200
    assert call("http-put-boxes-if-match")[0] == 200
    status, problem, _ = call("http-put-boxes-if-match")
    assert (status, problem["code"]) == (409, "BoxesChangedMeanwhile")
    status, catalogue, headers = call("http-read-boxes")
    assert (status, catalogue["version"], headers["ETag"]) == (200, 2, '"2"')


@pytest.mark.parametrize(
    ("change", "field", "reason"),
    [
        ({"inner_length_mm": 999}, "boxes[0]", "inner edge is longer"),
        ({"tare_g": 3_000}, "boxes[0]", "tare_g leaves nothing"),
        ({"ref": "B2"}, "boxes", "ref B2 stands more than once"),
    ],
)
@pytest.mark.usefixtures("fake")
def test_refuses_boxes_that_cannot_be(change: dict[str, Any], field: str, reason: str) -> None:
    catalogue = json.loads(event("http-put-boxes")["body"])
    catalogue["boxes"][0] |= change
    status, problem, _ = call("http-put-boxes", body=json.dumps(catalogue))
    assert status == 400
    assert problem["errors"][0]["field"] == field
    assert reason in problem["errors"][0]["reason"]


def test_a_placement_that_the_checker_refuses_is_our_fault_and_is_not_stored(
    fake: FakePorts, monkeypatch: pytest.MonkeyPatch
) -> None:
    careless = FakePorts(packer=CarelessPacker(), plans=fake.plans)
    monkeypatch.setattr(api, "live_ports", careless.ports)
    status, problem, _ = call("http-create-plan")
    assert (status, problem["code"]) == (500, "InvalidPlacement")
    assert problem["faults"]
    assert not fake.plans.kept


def test_an_unknown_fault_is_a_problem_that_tells_nothing_of_the_inside(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken() -> None:
        raise RuntimeError("table pack-1234 in us-east-1")

    monkeypatch.setattr(api, "live_ports", broken)
    status, problem, _ = call("http-create-plan")
    assert status == 500
    assert "pack-1234" not in json.dumps(problem)


@pytest.mark.usefixtures("fake")
def test_an_unknown_route_is_a_problem_too() -> None:
    status, problem, _ = call("http-read-boxes", path="/pack/fcs/ONT8/lids")
    assert (status, problem["code"]) == (404, "NotFound")
