"""What an observer hears of fetches and requests."""

from dataclasses import dataclass, field

import pytest
from milkrun_graph.executor import Gateway, Request
from milkrun_graph.executor.observe import FetchSeen, RequestSeen
from milkrun_graph.executor.transport import SubgraphTimeout

from tests.support.gateways import SUPERGRAPH, Answer, Subgraphs, data, ratings, titles

QUERY = "query Known($f: Int) { people(first: $f) { name knownFor { id name stars } } }"
KNOWN = [{"__typename": "Title", "id": "t1"}, {"__typename": "Title", "id": "t2"}]
PEOPLE = data(people=[{"name": 'Ann {"__typename":', "knownFor": KNOWN}])


@dataclass
class Listener:
    """Keeps what it hears."""

    fetches: list[FetchSeen] = field(default_factory=list)
    requests: list[RequestSeen] = field(default_factory=list)
    broken: bool = False

    def on_fetch(self, seen: FetchSeen) -> None:
        self.fetches.append(seen)
        assert not self.broken

    def on_request(self, seen: RequestSeen) -> None:
        self.requests.append(seen)
        assert not self.broken


async def heard(query: str, listener: Listener | None = None, **answers: Answer) -> Listener:
    listener = listener or Listener()
    subgraphs = Subgraphs({"people": PEOPLE, "titles": titles, "ratings": ratings} | answers)
    gateway = Gateway(SUPERGRAPH, subgraphs, observer=listener)
    headers = {"traceparent": "00-a-b-01"}
    response = await gateway.execute(Request(query, {"f": 3}, headers=headers))
    assert response.body
    return listener


async def test_every_fetch_is_told_with_its_size_and_its_trace() -> None:
    listener = await heard(QUERY)
    found = {seen.graph: (seen.outcome, seen.entities, seen.error) for seen in listener.fetches}
    assert found == {"people": ("ok", 0, None), "titles": ("ok", 2, None), "ratings": ("ok", 2, None)}
    for seen in listener.fetches:
        assert seen.sent > 40
        assert seen.received > 40
        assert 0 <= seen.seconds < 5
        assert seen.headers == {"traceparent": "00-a-b-01"}


async def test_a_fetch_that_failed_has_the_code_that_clients_see_and_its_text() -> None:
    listener = await heard(QUERY, ratings=lambda _: SubgraphTimeout("too slow"))
    (failed,) = [seen for seen in listener.fetches if seen.graph == "ratings"]
    assert (failed.outcome, failed.error) == ("SUBREQUEST_TIMEOUT", "SubgraphTimeout: too slow")
    assert listener.requests[0].errors == 1


async def test_a_request_is_told_with_its_operation_and_the_fields_of_each_subgraph() -> None:
    (seen,) = (await heard(QUERY)).requests
    assert seen.operation is not None
    assert (seen.operation.name, seen.operation.kind, seen.status, seen.errors) == ("Known", "query", 200, 0)
    assert seen.request.headers == {"traceparent": "00-a-b-01"}
    fields = {graph: sorted(coordinates) for graph, coordinates in seen.fields}
    assert fields == {
        "people": ["Person.knownFor", "Person.name", "Query.people", "Title.id"],
        "titles": ["Title.name"],
        "ratings": ["Title.stars"],
    }


async def test_a_request_that_is_refused_is_told_without_an_operation() -> None:
    (seen,) = (await heard("{ nobody }")).requests
    assert (seen.operation, seen.status, list(seen.fields)) == (None, 400, [])


async def test_an_observer_that_fails_is_logged_and_spoils_nothing(caplog: pytest.LogCaptureFixture) -> None:
    listener = await heard(QUERY, Listener(broken=True))
    assert (len(listener.fetches), len(listener.requests)) == (3, 1)
    assert {record.getMessage() for record in caplog.records} == {"an observer failed"}
