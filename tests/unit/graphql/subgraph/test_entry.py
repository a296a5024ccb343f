"""What a subgraph's function makes of an event."""

from typing import Any

import pytest
from milkrun_graph.subgraph import Subgraph
from milkrun_graph.subgraph.entry import lambda_handler

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
