"""How the gateway is asked, and what becomes of its silence."""

import hashlib
import json
from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any

import pytest
import urllib3
from aws_lambda_powertools import Logger
from web.domain.errors import GatewayAway, GatewayRefused
from web.graph import HttpGraph
from web.questions import question
from web.tracing import continued

URL = "https://graphql.example/graphql"
TRACE = continued(None)
POOL = urllib3.PoolManager()
BROKEN = urllib3.exceptions.ProtocolError("Connection aborted.")


class Gateway:
    """Connections to a gateway that answers as told, one thing after the other; the last one again and again."""

    def __init__(self, *replies: Any) -> None:
        self.replies = list(replies)
        self.sent: list[tuple[str, str, dict[str, Any], Mapping[str, str]]] = []

    def request(self, method: str, url: str, body: bytes, headers: Mapping[str, str]) -> Any:
        self.sent.append((method, url, json.loads(body), headers))
        reply = self.replies.pop(0) if len(self.replies) > 1 else self.replies[0]
        if isinstance(reply, Exception):
            raise reply
        return reply


def said(body: Any, status: int = 200) -> Any:
    return SimpleNamespace(status=status, data=body if isinstance(body, bytes) else json.dumps(body).encode())


def ask(gateway: Gateway) -> Any:
    graph = HttpGraph(URL, gateway, Logger(service="test"), "r-1")  # type: ignore[arg-type]
    return graph.ask(question("NamePage"), {"id": "nm0000329"}, TRACE)


def test_a_question_says_who_asks_what_in_which_trace() -> None:
    gateway = Gateway(said({"data": {"name": None}}))
    ask(gateway)
    (method, url, body, headers) = gateway.sent[0]

    assert (method, url) == ("POST", URL)
    assert body["variables"] == {"id": "nm0000329"}
    assert body["operationName"] == "NamePage"
    assert body["query"].startswith("query NamePage($id: ID!)")
    assert headers["apollographql-client-name"] == "imdb-web"
    assert headers["apollographql-client-version"] == "r-1"
    assert headers["traceparent"] == TRACE.header
    assert headers["accept"].startswith("application/graphql-response+json")


def test_a_gateway_that_keeps_digests_can_know_the_document_by_its_own() -> None:
    gateway = Gateway(said({"data": {}}))
    ask(gateway)
    body = gateway.sent[0][2]
    digest = hashlib.sha256(body["query"].encode()).hexdigest()

    assert body["extensions"] == {"persistedQuery": {"version": 1, "sha256Hash": digest}}


def test_a_partial_answer_is_an_answer() -> None:
    errors = [{"message": "x", "path": ["name", "knownFor", 0]}, {"message": "y"}]
    answer = ask(Gateway(said({"data": {"name": {}}, "errors": errors})))

    assert answer.data == {"name": {}}
    assert answer.faults == (("name", "knownFor", 0), ())
    assert not answer.whole


@pytest.mark.parametrize(
    "error",
    [
        BROKEN,
        urllib3.exceptions.NewConnectionError(POOL.connection_from_url(URL), "refused"),  # type: ignore[arg-type]
        urllib3.exceptions.ConnectTimeoutError(),
    ],
)
def test_a_connection_that_broke_is_tried_once_more(error: Exception) -> None:
    gateway = Gateway(error, said({"data": {}}))

    assert ask(gateway).whole
    assert len(gateway.sent) == 2


def test_it_is_not_tried_a_third_time() -> None:
    gateway = Gateway(BROKEN)
    with pytest.raises(GatewayAway, match="the gateway gave no answer"):
        ask(gateway)
    assert len(gateway.sent) == 2


def test_what_takes_too_long_is_not_tried_again() -> None:
    gateway = Gateway(urllib3.exceptions.ReadTimeoutError(POOL.connection_from_url(URL), URL, "slow"))
    with pytest.raises(GatewayAway):
        ask(gateway)
    assert len(gateway.sent) == 1


@pytest.mark.parametrize("reply", [said({"data": {}}, 500), said(b"<html>", 502), said({}, 503), said({}, 429)])
def test_an_error_of_the_server_is_no_answer(reply: Any) -> None:
    with pytest.raises(GatewayAway):
        ask(Gateway(reply))


@pytest.mark.parametrize("body", [b"", b"<html>", b"\xff"])
def test_what_is_not_json_is_no_answer(body: bytes) -> None:
    with pytest.raises(GatewayAway, match="not JSON"):
        ask(Gateway(said(body)))


@pytest.mark.parametrize(
    ("body", "why"),
    [
        ({"errors": [{"message": "Cannot query field"}]}, "Cannot query field"),
        ({"data": None, "errors": [{"message": "masked"}]}, "masked"),
        ({"data": None}, None),
        ([], None),
        ("text", None),
        ({"errors": "x"}, None),
        ({"errors": ["x"]}, None),
    ],
)
def test_an_answer_without_data_says_why(body: Any, why: str | None) -> None:
    with pytest.raises(GatewayRefused) as caught:
        ask(Gateway(said(body, 400)))
    assert caught.value.details["first_error"] == why


@pytest.mark.parametrize("errors", ["x", ["x"], [{"path": "name"}], [{"path": None}], 7])
def test_errors_that_are_none_may_be_about_anything(errors: Any) -> None:
    assert ask(Gateway(said({"data": {}, "errors": errors}))).faulty("name", "knownFor")


def test_the_questions_fit_in_the_time_of_the_function() -> None:
    """Two tries to connect and one answer, within the 15 s of the template."""
    from web.graph import CONNECT_SECONDS, READ_SECONDS  # noqa: PLC0415 - read beside the rule

    assert 2 * CONNECT_SECONDS + READ_SECONDS < 14
