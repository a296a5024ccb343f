"""The smoke test of the gateway passes on a gateway that answers, and on nothing less."""

import json
from types import SimpleNamespace
from typing import Any

import pytest
import urllib3
from gateway import smoke
from gateway.smoke import Graph, run
from milkrun_core.smoke import SmokeTestFailed

from tests.support.front import event
from tests.support.packing import LambdaContextStub

TYPENAME = {"data": {"__typename": "Query"}}
PERSON = {"data": {"name": {"nameText": "Jackie Chan", "knownFor": []}}}
NOT_THERE = {"errors": [{"message": "no", "extensions": {"code": "GRAPHQL_VALIDATION_FAILED"}}]}


class Door:
    """Answers two questions."""

    def __init__(self, first: Any = TYPENAME, second: Any = PERSON, status: int = 200) -> None:
        self._answers, self._status = [first, second], status

    def request(self, method: str, url: str, *, body: bytes, headers: dict[str, str]) -> SimpleNamespace:
        assert (method, url, "query" in json.loads(body), headers["x-client-name"]) == (
            "POST",
            "http://g/graphql",
            True,
            "smoke",
        )
        answer = self._answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return SimpleNamespace(status=self._status, data=answer if isinstance(answer, bytes) else json.dumps(answer))


def passed(door: Door) -> dict[str, Any]:
    return run(Graph(door, "http://g/"))  # type: ignore[arg-type]


def test_it_passes_where_people_answer() -> None:
    assert [check["ok"] for check in passed(Door())["checks"]] == [True, True]


def test_it_passes_where_there_are_no_people_yet() -> None:
    assert "not asked" in passed(Door(second=NOT_THERE))["checks"][1]["detail"]


def test_a_graphlet_that_fails_below_the_person_does_not_hold_the_gateway() -> None:
    partly = {**PERSON, "errors": [{"message": "gone", "path": ["name", "knownFor", 0, "titleText"]}]}
    assert passed(Door(second=partly))["checks"][1]["detail"] == "1 errors below the person"


@pytest.mark.parametrize(
    ("door", "reason"),
    [
        (Door(status=503), "answered 503"),
        (Door(first=b"<html>"), "no sensible answer"),
        (Door(first=urllib3.exceptions.HTTPError("no route")), "no sensible answer"),
        (Door(first={"data": None}), "came back as"),
        (Door(second={"data": {"name": None}, "errors": [{"path": ["name"]}]}), "was answered with"),
        (Door(second={"errors": [{"message": "no"}]}), "was answered with"),
    ],
)
def test_it_fails_on_anything_else(door: Door, reason: str) -> None:
    with pytest.raises(SmokeTestFailed, match=reason):
        passed(door)


def test_the_function_asks_where_the_stack_says(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MILKRUN_SERVICE_URL", "http://g")
    monkeypatch.setattr("urllib3.PoolManager", lambda **_: Door())
    assert smoke.handler(event("smoke-release"), LambdaContextStub())["ok"] is True  # type: ignore[arg-type]
