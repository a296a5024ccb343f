"""An older service behind HTTP: JSON of a 200, or nothing that could be mistaken for it."""

from typing import Any

import pytest
import urllib3
from milkrun_core.errors import Unavailable
from milkrun_core.rest import Rest


class Service:
    """Answers every request the same, and keeps the addresses."""

    def __init__(self, status: int, data: bytes, fault: Exception | None = None) -> None:
        self.status, self.data, self.fault = status, data, fault
        self.urls: list[str] = []

    def request(self, method: str, url: str) -> Any:
        self.urls.append(f"{method} {url}")
        if self.fault:
            raise self.fault
        return type("Reply", (), {"status": self.status, "data": self.data})


def test_json_is_answered_and_commas_stay_commas() -> None:
    service = Service(200, b'{"a": 1}')
    assert Rest("http://old.example/", service).get("/things", {"ids": "a,b c"}) == {"a": 1}
    assert service.urls == ["GET http://old.example/things?ids=a,b+c"]


@pytest.mark.parametrize(
    "service",
    [
        Service(503, b"{}"),
        Service(200, b"<html>"),
        Service(200, b"", urllib3.exceptions.HTTPError("broken")),
    ],
    ids=["status", "no JSON", "no connection"],
)
def test_anything_else_is_unavailable_and_names_the_service(service: Service) -> None:
    with pytest.raises(Unavailable, match=r"http://old\.example/things"):
        Rest("http://old.example", service).get("/things", {})
