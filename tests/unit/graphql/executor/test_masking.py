"""What clients do not see is in the log, once, under the id that they do see."""

import logging
from collections.abc import Mapping
from typing import Any

import orjson
import pytest
from milkrun_graph.executor import Gateway, Options, Request
from milkrun_graph.executor.masking import correlation_id
from milkrun_graph.executor.transport import SubgraphUnreachable

from tests.support.gateways import SUPERGRAPH, Subgraphs, codes

MASKED = Options(subgraph_errors=False)
QUERY = "{ person(id: 1) { name } }"
SECRETS = [
    {"message": "password of db-7", "path": ["person"], "extensions": {"code": "FORBIDDEN", "stack": "db-7.py:1"}},
    {"message": "db-7", "path": ["person", "name"], "extensions": {"code": "DB_7", "exception": {"host": "db-7"}}},
    {"message": "db-7", "extensions": {"code": ["db-7"]}, "locations": [{"line": 1, "column": 1}]},
]


async def masked(answer: Any, headers: Mapping[str, str] | None = None) -> dict[str, Any]:
    gateway = Gateway(SUPERGRAPH, Subgraphs({"people": lambda _: answer}), MASKED)
    response: dict[str, Any] = orjson.loads((await gateway.execute(Request(QUERY, headers=headers or {}))).body)
    return response


def causes(caplog: pytest.LogCaptureFixture) -> list[tuple[str, list[dict[str, Any]]]]:
    return [
        (vars(record)["correlation_id"], vars(record)["causes"])
        for record in caplog.records
        if "causes" in vars(record)
    ]


async def test_of_a_subgraphs_errors_clients_see_codes_that_are_public_and_where(
    caplog: pytest.LogCaptureFixture,
) -> None:
    response = await masked({"data": {"person": None}, "errors": SECRETS})
    assert codes(response) == ["FORBIDDEN", "DOWNSTREAM_SERVICE_ERROR", "DOWNSTREAM_SERVICE_ERROR"]
    assert [error.get("path") for error in response["errors"]] == [["person"], ["person", "name"], None]
    assert b"db-7" not in orjson.dumps(response).lower()
    assert b"people" not in orjson.dumps(response)
    ids = {error["extensions"]["correlationId"] for error in response["errors"]}
    ((name, found),) = causes(caplog)
    assert ids == {name}
    assert [cause["error"] for cause in found] == SECRETS
    assert {cause["service"] for cause in found} == {"people"}


@pytest.mark.parametrize(
    "answer", [SubgraphUnreachable("db-7:5432"), RuntimeError("db-7"), b"<html>db-7", {"data": {}, "errors": "db-7"}]
)
async def test_what_else_goes_wrong_in_a_subgraph_is_masked_and_logged(
    answer: Any, caplog: pytest.LogCaptureFixture
) -> None:
    response = await masked(answer)
    assert b"db-7" not in orjson.dumps(response)
    ((name, _),) = causes(caplog)
    assert response["errors"][0]["extensions"]["correlationId"] == name


async def test_a_mistake_of_ours_is_logged_with_its_trace_and_clients_get_the_id(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    gateway = Gateway(SUPERGRAPH, Subgraphs({}))
    monkeypatch.setattr(gateway, "_fetch", None)
    monkeypatch.setattr(gateway, "_plan", None)
    response = await gateway.execute(Request(QUERY, headers={"x-request-id": "r-7"}))
    assert response.status == 500
    (error,) = orjson.loads(response.body)["errors"]
    assert error == {
        "message": "Internal server error",
        "extensions": {"code": "INTERNAL_SERVER_ERROR", "correlationId": "r-7"},
    }
    (record,) = caplog.records
    assert vars(record)["correlation_id"] == "r-7"
    assert record.exc_info is not None


async def test_a_good_answer_logs_nothing(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG, "milkrun_graph")
    assert await masked({"data": {"person": {"name": "Ann"}}}) == {"data": {"person": {"name": "Ann"}}}
    assert caplog.records == []


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ({"x-request-id": "abc.7", "traceparent": "00-" + "a" * 32 + "-b-01"}, "abc.7"),
        ({"x-request-id": "a b\nc", "traceparent": "00-" + "a" * 32 + "-" + "b" * 16 + "-01"}, "a" * 32),
        ({"x-amzn-trace-id": "Self=1-x;Root=1-67891233-abcdef;Sampled=1"}, "1-67891233-abcdef"),
        ({"x-request-id": "é" * 9}, None),
        ({"x-request-id": "a" * 129}, None),
        ({}, None),
    ],
)
def test_the_id_is_the_requests_own_if_it_is_fit_to_be_shown(headers: dict[str, str], expected: str | None) -> None:
    found = correlation_id(headers)
    assert found == expected if expected else len(found) == 32
