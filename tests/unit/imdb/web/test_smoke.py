"""The smoke test passes on the site, and on nothing that only looks like it."""

from types import SimpleNamespace
from typing import Any

import pytest
import urllib3
from web import smoke

from tests.unit.imdb.web.conftest import Visit

NOBODY = f"/name/{smoke.NOBODY}"


class Visits:
    """Connections to the site: every request is answered by the pages, unless a path is told to answer otherwise."""

    def __init__(self, visit: Visit, **changed: Any) -> None:
        self._visit, self._changed = visit, changed

    def request(self, _: str, url: str) -> Any:
        path = url.removeprefix("https://www.example")
        reply = self._visit(path)
        given = {"status": reply["statusCode"], "headers": {"content-type": reply["headers"]["Content-Type"]}}
        answered = given | {"data": reply["body"].encode()}
        if path == self._changed.get("path"):
            if self._changed.get("fails"):
                raise urllib3.exceptions.HTTPError("no route")
            answered |= self._changed["to"]
        return SimpleNamespace(**answered)


def run(visits: Visits, release: str = "r-1") -> dict[str, Any]:
    return smoke.run(smoke.Site("https://www.example/", visits), release)  # type: ignore[arg-type]


def test_it_passes_on_the_site(visit: Visit) -> None:
    result = run(Visits(visit))

    assert result["ok"] is True
    assert [check["name"] for check in result["checks"]] == ["health", "unknown person", "front page"]


@pytest.mark.parametrize(
    ("path", "to", "reason"),
    [
        ("/health", {"status": 500}, "GET /health answered 500, not 200"),
        ("/health", {"data": b'{"release": "r-0"}'}, "the site runs release r-0, not r-1"),
        (NOBODY, {"status": 503}, "answered 503, not 404"),
        (NOBODY, {"data": b"<h1>Not found</h1>"}, "does not say"),
        (NOBODY, {"headers": {"content-type": "application/json"}}, "is application/json, not text/html"),
        ("/", {"headers": {}}, "is of no type"),
    ],
)
def test_it_fails_on_anything_else(visit: Visit, path: str, to: dict[str, Any], reason: str) -> None:
    with pytest.raises(smoke.SmokeTestFailed, match=reason):
        run(Visits(visit, path=path, to=to))


def test_it_fails_where_nobody_answers(visit: Visit) -> None:
    with pytest.raises(smoke.SmokeTestFailed, match="had no answer"):
        run(Visits(visit, path="/", fails=True))
