"""The API schema shows what clients may see, and introspection tells of it."""

from typing import Any

import pytest
from graphql import get_introspection_query, print_schema
from milkrun_graph.api.schema import api_schema

from tests.support.gateways import SUPERGRAPH, Subgraphs, ask, data


def test_the_machinery_and_what_is_hidden_are_not_in_the_api() -> None:
    printed = print_schema(api_schema(SUPERGRAPH))
    for hidden in ("join__", "link", "@cost", "inaccessible", "Ghost", "GHOST", "secret", "authenticated"):
        assert hidden not in printed
    assert "union Found = Person | Title" in printed


async def test_the_introspection_query_of_tools_is_answered() -> None:
    response = await ask(Subgraphs({}), get_introspection_query())
    assert "Person" in {each["name"] for each in response["data"]["__schema"]["types"]}


async def test_introspection_and_data_come_in_one_response() -> None:
    query = """query ($name: String!) {
      kind: __type(name: $name) { name fields { name } }
      people { name }
      ... on Query { ...Root }
    }
    fragment Root on Query { __schema { queryType { name } } }"""
    response = await ask(Subgraphs({"people": data(people=[{"name": "Ann"}])}), query, {"name": "Title"})
    fields = [{"name": name} for name in ("id", "name", "year", "stars")]
    assert response == {
        "data": {
            "kind": {"name": "Title", "fields": fields},
            "people": [{"name": "Ann"}],
            "__schema": {"queryType": {"name": "Query"}},
        }
    }


@pytest.mark.parametrize(("name", "found"), [("Ghost", None), ("Person", {"name": "Person"})])
async def test_a_hidden_type_is_not_found(name: str, found: Any) -> None:
    assert await ask(Subgraphs({}), f'{{ __type(name: "{name}") {{ name }} }}') == {"data": {"__type": found}}
