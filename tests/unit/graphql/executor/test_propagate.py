"""Headers of subgraphs' answers on their way to the client."""

from collections.abc import Mapping

import pytest
from milkrun_graph.executor import Gateway, Options, Request
from milkrun_graph.executor.propagate import CACHE_CONTROL, SET_COOKIE, Collected, HeaderRule, Merge, strictest
from milkrun_graph.executor.transport import Listening

from tests.support.gateways import SUPERGRAPH, Answer, Subgraphs, data


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        (["max-age=60, public", "public, max-age=30"], "max-age=30, public"),
        (["max-age=60, public", "max-age=90"], "max-age=60"),
        (["max-age=60, public", "private, max-age=90"], "max-age=60, private"),
        (["max-age=60", "no-store"], "no-store"),
        (["max-age=60", "no-cache"], "no-store"),
        (["max-age=60", "public"], "no-store"),
        (["max-age=60", "max-age=0"], "no-store"),
        (["s-maxage=60"], "no-store"),
        (["Max-Age=7"], "max-age=7"),
        ([], "no-store"),
    ],
)
def test_of_several_cache_controls_the_strictest_remains(values: list[str], expected: str) -> None:
    assert strictest(values) == expected


def test_headers_are_merged_as_their_rules_say() -> None:
    rules = [SET_COOKIE, HeaderRule("first", Merge.FIRST), HeaderRule("last", Merge.LAST)]
    collected = Collected(rules)
    collected.heard("one", [("set-cookie", "a=1"), ("set-cookie", "b=2"), ("first", "1"), ("last", "1"), ("x", "1")])
    collected.heard("two", [("set-cookie", "c=3"), ("first", "2"), ("last", "2"), ("last", "a\nb: c")])
    assert collected.headers(cacheable=True) == (
        ("set-cookie", "a=1"), ("set-cookie", "b=2"), ("set-cookie", "c=3"), ("first", "1"), ("last", "2"),
    )  # fmt: skip


class Speaking(Subgraphs):
    """Subgraphs whose answers have headers."""

    def __init__(self, answers: dict[str, Answer], said: Mapping[str, str]) -> None:
        super().__init__(answers)
        self._said = said

    async def fetch(self, graph: str, body: bytes, headers: Mapping[str, str], deadline: float) -> bytes:
        answer = await super().fetch(graph, body, headers, deadline)
        if isinstance(headers, Listening) and graph in self._said:
            headers.heard(graph, [("cache-control", self._said[graph])])
        return answer


QUERY = "{ person(id: 1) { name } title(id: 2) { name } }"
PERSON, TITLE = data(person={"name": "Ann"}), data(title={"name": "x"})


async def cache_control(said: Mapping[str, str], query: str = QUERY, **answers: Answer) -> str | None:
    transport = Speaking({"people": PERSON, "titles": TITLE} | answers, said)
    gateway = Gateway(SUPERGRAPH, transport, Options(response_headers=(CACHE_CONTROL,)))
    return dict((await gateway.execute(Request(query))).headers).get("cache-control")


async def test_an_answer_lives_as_long_as_its_shortest_part() -> None:
    assert await cache_control({"people": "max-age=60", "titles": "max-age=10"}) == "max-age=10"
    assert await cache_control({"people": "max-age=60"}) == "no-store"


async def test_what_failed_or_changed_something_is_not_kept() -> None:
    said = {"people": "max-age=60", "titles": "max-age=10"}
    assert await cache_control(said, titles=lambda _: {"data": None, "errors": [{"message": "x"}]}) == "no-store"
    mutation = 'mutation { rename(id: "1", name: "x") { name } }'
    assert await cache_control(said, mutation, people=data(rename={"name": "x"})) == "no-store"


async def test_without_rules_no_transport_is_asked_to_listen() -> None:
    subgraphs = Subgraphs({"people": PERSON})
    response = await Gateway(SUPERGRAPH, subgraphs).execute(Request("{ person(id: 1) { name } }"))
    assert response.headers == ()
    assert not isinstance(subgraphs.headers[0], Listening)
