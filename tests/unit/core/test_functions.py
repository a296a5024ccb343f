"""Calling a function: its answer, its error in its own words, or none at all."""

import io
import json
from typing import Any

import pytest
from botocore.exceptions import ClientError
from milkrun_core import functions
from milkrun_core.errors import Unavailable


class Lambda:
    """A client that answers as it is told."""

    def __init__(self, body: bytes = b"null", failed: bool = False, away: bool = False) -> None:
        self.body, self.failed, self.away = body, failed, away
        self.sent: list[Any] = []

    def invoke(self, **call: Any) -> dict[str, Any]:
        if self.away:
            raise ClientError({"Error": {"Code": "ResourceNotFoundException", "Message": "no"}}, "Invoke")
        self.sent.append((call["FunctionName"], json.loads(call["Payload"])))
        return {"Payload": io.BytesIO(self.body)} | ({"FunctionError": "Unhandled"} if self.failed else {})


def called(monkeypatch: pytest.MonkeyPatch, fake: Lambda) -> Any:
    monkeypatch.setattr(functions, "client", lambda _: fake)
    return functions.call("f", {"a": 1})


def test_the_answer_of_a_function_is_its_json(monkeypatch: pytest.MonkeyPatch) -> None:
    fake = Lambda(b'{"b": 2}')
    assert called(monkeypatch, fake) == {"b": 2}
    assert fake.sent == [("f", {"a": 1})]


def test_an_error_is_told_in_its_own_words(monkeypatch: pytest.MonkeyPatch) -> None:
    body = json.dumps({"errorType": "Refused", "errorMessage": "not today"}).encode()
    with pytest.raises(functions.FunctionFailed, match="Refused: not today"):
        called(monkeypatch, Lambda(body, failed=True))


@pytest.mark.parametrize("fake", [Lambda(away=True), Lambda(b"<html>")], ids=["not there", "no JSON"])
def test_no_sensible_answer_is_unavailable(monkeypatch: pytest.MonkeyPatch, fake: Lambda) -> None:
    with pytest.raises(Unavailable, match="f did not answer"):
        called(monkeypatch, fake)
