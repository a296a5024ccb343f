"""Whatever a subgraph answers, the client gets a response of the specified shape, and never an internal error."""

import asyncio
from typing import Any

import orjson
from hypothesis import given, settings
from hypothesis import strategies as st
from milkrun_graph.executor import Gateway, Request
from milkrun_graph.executor.transport import SubgraphStatus, SubgraphTimeout

from tests.support.gateways import SUPERGRAPH, Subgraphs, codes, ratings, titles

QUERY = """{
  people { __typename name age role knownFor { name stars } favorite { year } }
  search(filter: {text: "x"}) { __typename ... on Person { id height } ... on Title { id stars } }
}"""
TITLE = {"__typename": "Title", "id": "t1"}
PERSON = {"__typename": "Person", "id": "1", "name": "Ann", "age": 3, "role": "ACTOR", "height": 1.5, "favorite": TITLE}
PEOPLE = {"data": {"people": [{**PERSON, "knownFor": [TITLE, TITLE]}], "search": [PERSON, TITLE]}}
JUNK = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | st.floats(-9, 9) | st.sampled_from(["", "Person", "Ghost", "x"]),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from(["__typename", "id", "data"]), inner),
    max_leaves=4,
)


SUBGRAPHS = Subgraphs({})
GATEWAY = Gateway(SUPERGRAPH, SUBGRAPHS)


@st.composite
def broken(draw: st.DrawFn, value: Any) -> Any:
    """The value with junk in some places."""
    if draw(st.integers(0, 12)) == 0:
        return draw(JUNK)
    if isinstance(value, dict):
        return {key: draw(broken(inner)) for key, inner in value.items() if draw(st.integers(0, 20))}
    if isinstance(value, list):
        return [draw(broken(inner)) for inner in value if draw(st.integers(0, 10))]
    return value


@settings(deadline=None)
@given(st.data())
def test_junk_from_subgraphs_makes_nulls_and_errors(data: st.DataObject) -> None:
    def spoiled(answer: Any) -> Any:
        kind = data.draw(st.sampled_from(["broken"] * 6 + ["cut", "status", "timeout", "errors"]))
        made = data.draw(broken(answer))
        text = orjson.dumps(made)
        if kind == "errors" and isinstance(made, dict):
            return {**made, "errors": data.draw(JUNK)}
        failures: dict[str, Any] = {
            "cut": text[: data.draw(st.integers(0, len(text)))],
            "status": SubgraphStatus(500, text),
            "timeout": SubgraphTimeout("late"),
        }
        return failures.get(kind, made)

    SUBGRAPHS.answers = {
        "people": lambda _: spoiled(PEOPLE),
        "titles": lambda sent: spoiled(titles(sent)),
        "ratings": lambda sent: spoiled(ratings(sent)),
    }
    response = orjson.loads(asyncio.run(GATEWAY.execute(Request(QUERY))).body)
    assert set(response) <= {"data", "errors"}
    assert "data" in response
    assert all(isinstance(error["message"], str) for error in response.get("errors", ()))
    assert "INTERNAL_SERVER_ERROR" not in (codes(response) if "errors" in response else ())
    _fits(response["data"])


def _fits(found: Any) -> None:
    """What the API's types promise of the response."""
    if found is None:
        return
    for person in found["people"]:
        assert person["__typename"] == "Person"
        assert isinstance(person["name"], str)
        assert person["age"] is None or isinstance(person["age"], int)
        assert person["role"] in (None, "ACTOR")
        for title in person["knownFor"]:
            assert isinstance(title["name"], str)
            assert title["stars"] is None or isinstance(title["stars"], int | float)
    for each in found["search"] or ():
        assert each["__typename"] in ("Person", "Title")
        assert isinstance(each["id"], str)
