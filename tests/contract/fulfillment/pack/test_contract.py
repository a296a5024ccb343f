"""openapi.yaml, template and code agree: routes, statuses, bodies, examples."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
import yaml
from cfnlint.decode.cfn_yaml import load as load_template  # type: ignore[import-untyped]
from openapi_schema_validator import OAS30Validator
from openapi_spec_validator import validate
from pack import api
from pack.schemas import BoxCatalogue, PlanRequest, PlanView
from pydantic import BaseModel, ValidationError

from tests.support.packing import EVENTS, ROOT, CarelessPacker, FakePorts, LambdaContextStub, a_line, event

MODULE = ROOT / "functions" / "fulfillment" / "pack"
CONTRACT = yaml.safe_load((MODULE / "openapi.yaml").read_text())
METHODS = ("get", "put", "post", "delete", "patch")
HTTP_EVENTS = sorted(path.stem for path in EVENTS.glob("http-*.json"))


def operations() -> set[tuple[str, str]]:
    return {(method.upper(), path) for path, item in CONTRACT["paths"].items() for method in METHODS if method in item}


def resolved(node: Any) -> Any:
    while isinstance(node, dict) and "$ref" in node:
        target = CONTRACT
        for part in node["$ref"].removeprefix("#/").split("/"):
            target = target[part]
        node = target
    return node


def fits(instance: Any, schema: dict[str, Any]) -> list[str]:
    """What of the instance the schema does not allow."""
    return [
        error.message for error in OAS30Validator(schema | {"components": CONTRACT["components"]}).iter_errors(instance)
    ]


def test_the_contract_is_valid_openapi() -> None:
    validate(CONTRACT)


def test_the_template_serves_the_routes_of_the_contract() -> None:
    template = load_template(str(MODULE / "template.yaml"))
    events = template["Resources"]["PackApiFunction"]["Properties"]["Events"].values()
    assert {(one["Properties"]["Method"], one["Properties"]["Path"]) for one in events} == operations()


def test_the_code_has_a_route_for_every_operation_and_no_other() -> None:
    served = {(route.method, route.path.replace("<", "{").replace(">", "}")) for route in api.app._dynamic_routes}
    assert served == operations()
    assert not api.app._static_routes


@pytest.mark.parametrize("careless", [False, True], ids=["sound", "packer-fails"])
@pytest.mark.parametrize("name", HTTP_EVENTS)
def test_every_answer_is_one_that_the_contract_promises(
    name: str, careless: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake = FakePorts(packer=CarelessPacker()) if careless else FakePorts()
    monkeypatch.setattr(api, "live_ports", fake.ports)
    request = event(name)
    reply = api.handler(request, LambdaContextStub())  # type: ignore[arg-type]
    documented = CONTRACT["paths"][request["resource"]][request["httpMethod"].lower()]["responses"]
    response = resolved(documented[str(reply["statusCode"])])
    content = response["content"][reply["multiValueHeaders"]["Content-Type"][0]]
    assert fits(json.loads(reply["body"]), resolved(content["schema"])) == []
    assert set(response.get("headers", {})) <= set(reply["multiValueHeaders"])


def examples(node: Any = CONTRACT) -> Iterator[tuple[Any, dict[str, Any]]]:
    """Every example of a body with its schema."""
    if isinstance(node, dict):
        if "example" in node and "schema" in node:
            yield node["example"], node["schema"]
        for child in node.values():
            yield from examples(child)
    elif isinstance(node, list):
        for child in node:
            yield from examples(child)


@pytest.mark.parametrize(("example", "schema"), list(examples()))
def test_every_example_fits_its_schema(example: Any, schema: dict[str, Any]) -> None:
    assert fits(example, resolved(schema)) == []


def accepted(model: type[BaseModel], body: Any) -> bool:
    try:
        model.model_validate_json(json.dumps(body))
    except ValidationError:
        return False
    return True


LINES = [
    a_line(),
    a_line(length_mm=5_000, weight_g=100_000),
    a_line(length_mm=5_001),
    a_line(length_mm=0),
    a_line(length_mm=1.5),
    a_line(length_mm="200"),
    a_line(length_mm=None),
    a_line(weight_g=100_001),
    a_line(quantity=200),
    a_line(quantity=201),
    a_line(keep_upright="yes"),
    a_line(sku=""),
    a_line(sku="x" * 65),
    a_line(sku="with space"),
    a_line(colour="blue"),
    {"sku": "book"},
]


@pytest.mark.parametrize(
    "body", [{"order_id": "o", "items": [line]} for line in LINES] + [{}, [], {"items": []}, {"items": {}}]
)
def test_code_and_contract_accept_the_same_orders(body: Any) -> None:
    schema = CONTRACT["components"]["schemas"]["PlanRequest"]
    assert accepted(PlanRequest, body) == (fits(body, schema) == [])


@pytest.mark.parametrize(
    "change", [{}, {"tare_g": -1}, {"max_gross_g": 0}, {"ref": ""}, {"inner_length_mm": "9"}, {"lid": 1}]
)
def test_code_and_contract_accept_the_same_boxes(change: dict[str, Any]) -> None:
    body = json.loads(event("http-put-boxes")["body"])
    body["boxes"][0] |= change
    schema = CONTRACT["components"]["schemas"]["BoxCatalogue"]
    assert accepted(BoxCatalogue, body) == (fits(body, schema) == [])


def test_the_plan_view_reads_what_the_contract_says() -> None:
    assert set(PlanView.model_fields) == set(CONTRACT["components"]["schemas"]["Plan"]["properties"])


def test_every_problem_is_documented() -> None:
    """The codes that a caller may branch on are named in the contract."""
    text = (MODULE / "openapi.yaml").read_text()
    codes = ("UnknownFulfilmentCentre", "PlanNotFound", "ItemFitsNoBox", "OrderTooComplex", "OrderAlreadyPlanned")
    for code in (*codes, "BoxesChangedMeanwhile", "InvalidPlacement"):
        assert code in text
