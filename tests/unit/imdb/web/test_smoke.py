"""The smoke test passes on the site, and on nothing that only looks like it."""

from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any

import pytest
import urllib3
from milkrun_core.smoke import SmokeTestFailed
from web import smoke
from web.domain.answer import Answer
from web.domain.errors import GatewayRefused
from web.questions import FOLDER, Question
from web.smoke import QUESTIONS
from web.tracing import Trace

from tests.support.pages import SampleGraph
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


class LateGraph(SampleGraph):
    """A graph that refuses a question for so many seconds, of a clock that runs only while somebody pauses."""

    def __init__(self, operation: str = "", until: float = 0.0) -> None:
        super().__init__()
        self.now, self._operation, self._until = 0.0, operation, until

    def pause(self, seconds: float) -> None:
        self.now += seconds

    def ask(self, question: Question, variables: Mapping[str, Any], trace: Trace) -> Answer:
        if question.name == self._operation and self.now < self._until:
            raise GatewayRefused("the gateway gave no data", first_error='Cannot query field "awards"')
        return super().ask(question, variables, trace)


def run(visits: Visits, release: str = "r-1", graph: LateGraph | None = None) -> dict[str, Any]:
    graph = graph or LateGraph()
    patience = smoke.Patience(lambda: graph.now, graph.pause)
    return smoke.run(smoke.Site("https://www.example/", visits), graph, release, patience)  # type: ignore[arg-type]


def test_it_passes_on_the_site(visit: Visit) -> None:
    result = run(Visits(visit))

    assert result["ok"] is True
    assert [check["name"] for check in result["checks"]] == ["questions", "health", "unknown person", "front page"]


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
    with pytest.raises(SmokeTestFailed, match=reason):
        run(Visits(visit, path=path, to=to))


def test_it_fails_where_nobody_answers(visit: Visit) -> None:
    with pytest.raises(SmokeTestFailed, match="had no answer"):
        run(Visits(visit, path="/", fails=True))


@pytest.mark.parametrize("operation", QUESTIONS)
def test_what_was_published_a_moment_ago_is_waited_for(visit: Visit, operation: str) -> None:
    assert run(Visits(visit), graph=LateGraph(operation, until=10))["ok"] is True


@pytest.mark.parametrize("operation", QUESTIONS)
def test_a_question_that_the_graph_never_answers_fails_it(visit: Visit, operation: str) -> None:
    graph = LateGraph(operation, until=float("inf"))
    with pytest.raises(SmokeTestFailed, match=f"the graph does not answer {operation}: Cannot query field"):
        run(Visits(visit), graph=graph)
    assert graph.now < 25


def test_it_asks_every_question_of_the_pages() -> None:
    assert set(QUESTIONS) == {path.stem for path in FOLDER.glob("*.graphql")}
