"""What a subgraph's function makes of an event."""

from typing import Any

import pytest
from milkrun_graph.subgraph import Subgraph
from milkrun_graph.subgraph.entry import NothingAnswered, lambda_handler

SDL = "type Query { who: String }"


def answer(event: dict[str, Any]) -> dict[str, Any]:
    graph = Subgraph(SDL, {"Query": {"who": lambda _parent, context: context}})
    return lambda_handler(graph, lambda headers: headers.get("x-who", "nobody"))(event)


def test_the_context_is_made_of_the_headers() -> None:
    event = {"graphql": {"query": "{ who }"}, "headers": {"x-who": "me"}}
    assert answer(event) == {"data": {"who": "me"}}
    assert answer({"graphql": {"query": "{ who }", "variables": None}}) == {"data": {"who": "nobody"}}


@pytest.mark.parametrize(
    ("graphql", "field"),
    [
        (None, "graphql:"),
        ({}, "graphql.query"),
        ({"query": "{ who }", "variables": []}, "graphql.variables"),
        ({"query": "{ who }", "operationName": 1}, "graphql.operationName"),
    ],
)
def test_an_event_of_another_shape_is_refused_with_the_name_of_the_field(graphql: Any, field: str) -> None:
    (error,) = answer({"graphql": graphql})["errors"]
    assert error["message"].startswith(field)
    assert error["extensions"]["code"] == "BAD_REQUEST"


class Away(Exception):
    """A store that does not answer."""

    code = "Away"


def answer_of(good: bool, fault: Exception) -> dict[str, Any]:
    def fail(*_: Any) -> None:
        raise fault

    resolvers = {"Query": {"a": lambda *_: "here" if good else None, "b": fail}}
    graph = Subgraph("type Query { a: String b: String }", resolvers, told=(Away,), log=lambda *_: None)
    return lambda_handler(graph, dict, frozenset({"Away"}))({"graphql": {"query": "{ __typename a b }"}})


@pytest.mark.parametrize("fault", [Away("the store is away"), KeyError("x")])
def test_an_answer_with_nothing_in_it_is_a_failure_that_is_counted(fault: Exception) -> None:
    with pytest.raises(NothingAnswered, match="1 errors"):
        answer_of(False, fault)


def test_an_answer_with_anything_in_it_is_given() -> None:
    response = answer_of(True, Away("the store is away"))
    assert response["data"] == {"__typename": "Query", "a": "here", "b": None}
    assert response["errors"][0]["message"] == "the store is away"
