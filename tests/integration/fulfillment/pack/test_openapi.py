"""The packing API as deployed keeps what its OpenAPI document promises, whatever is sent to it."""

import json
import os
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, settings

from tests.support.packing import event

# The same few requests each time; MILKRUN_FUZZ multiplies them, with new ones each time.
FUZZ = int(os.environ.get("MILKRUN_FUZZ", "0"))
ROOT = Path(__file__).parents[4]
CONTRACT = schemathesis.openapi.from_path(ROOT / "functions/fulfillment/pack/openapi.yaml")
PROMISES = [
    schemathesis.checks.not_a_server_error,
    schemathesis.checks.status_code_conformance,
    schemathesis.checks.content_type_conformance,
    schemathesis.checks.response_schema_conformance,
    schemathesis.checks.negative_data_rejection,
]


@pytest.fixture(scope="module", autouse=True)
def boxes(cell: Any) -> None:
    answer = cell.call("PUT", "/pack/fcs/ONT8/boxes", json.loads(event("http-put-boxes")["body"]))
    assert answer.status in (200, 201)


@CONTRACT.parametrize()
@settings(max_examples=10 * max(FUZZ, 1), derandomize=not FUZZ, deadline=None, suppress_health_check=list(HealthCheck))
def test_every_answer_is_one_that_the_contract_names(case: schemathesis.Case[Any], cell: Any) -> None:
    base = cell.edge.replace("localhost", "127.0.0.1") + "/pack"
    case.call_and_validate(base_url=base, headers={"Host": cell.host}, checks=PROMISES, timeout=40)
