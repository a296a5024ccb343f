"""Requests that are refused: by which code, and without a question to any subgraph."""

import time
from typing import Any

import orjson
import pytest
from milkrun_graph.errors import SupergraphInvalid
from milkrun_graph.executor import Gateway, Limits, Options, Request
from milkrun_graph.executor.messages import MalformedRequest, read_request

from tests.support.gateways import SUPERGRAPH, Subgraphs, ask, codes, data

NOBODY = Subgraphs({})


async def refused(query: str, variables: Any = None, options: Options | None = None, **more: Any) -> str:
    """The one code with which a request is refused."""
    subgraphs = Subgraphs({})
    response = await ask(subgraphs, query, variables, options, **more)
    assert "data" not in response
    assert subgraphs.asked == []
    (code,) = set(codes(response))
    return code


@pytest.mark.parametrize(
    "query", ["{", "query { people { name }", "\x00", "{ people(first: 1e) { name } }", '"', "{{}}"]
)
async def test_what_is_not_graphql_is_a_parse_error(query: str) -> None:
    assert await refused(query) == "GRAPHQL_PARSE_FAILED"


@pytest.mark.parametrize(
    "query",
    [
        "{ nobody }",
        "{ people }",
        "{ people { name { x } } }",
        "{ person { name } }",
        "{ people { secret } }",
        "{ __type(name: 1) { name } }",
        "query ($x: Nothing) { people { name } }",
        "{ ...A } fragment A on Query { ...B } fragment B on Query { ...A }",
        "{ people { ...gone } }",
        "fragment A on Query { __typename }",
        "{ search { ... on Ghost { id } } }",
        "type Query { a: Int }",
    ],
)
async def test_what_does_not_fit_the_schema_is_a_validation_error(query: str) -> None:
    assert await refused(query) == "GRAPHQL_VALIDATION_FAILED"


async def test_a_validation_error_says_where() -> None:
    response = await ask(NOBODY, "{ people { nme } }")
    assert response["errors"][0]["locations"] == [{"line": 1, "column": 12}]
    assert "Did you mean 'name'" in response["errors"][0]["message"]


async def test_nothing_of_the_schema_leaks_without_introspection() -> None:
    closed = Options(introspection=False)
    assert await refused("{ __schema { types { name } } }", options=closed) == "INTROSPECTION_DISABLED"
    response = await ask(NOBODY, "{ people { nme } }", options=closed)
    assert "Did you mean" not in response["errors"][0]["message"]
    assert await ask(NOBODY, "{ __typename }", options=closed) == {"data": {"__typename": "Query"}}


def nested(depth: int) -> str:
    return "{ people { " + "knownFor { " * depth + "id" + " }" * depth + " } }"


SPREADS = "".join(f"fragment F{at} on Query {{ ...F{at + 1} ...F{at + 1} }} " for at in range(40))


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("{" + " a" * 20_000 + "}", "MAX_TOKENS_LIMIT"),
        ("{ a " + "x" * 1_000_000 + " }", "GRAPHQL_VALIDATION_FAILED"),
        ("#" * 1_000_000, "GRAPHQL_PARSE_FAILED"),
        ("{a" * 6_000 + "}" * 6_000, "MAX_DEPTH_LIMIT"),
        ("{ people(first: " + "[" * 7_000 + "]" * 7_000 + ") { id } }", "MAX_DEPTH_LIMIT"),
        (nested(80), "MAX_DEPTH_LIMIT"),
        ("{" + "".join(f" a{at}: __typename" for at in range(200)) + "}", "MAX_ALIASES_LIMIT"),
        ("{" + " __typename" * 60 + "}", "MAX_ROOT_FIELDS_LIMIT"),
        ("{ people {" + " name" * 5_000 + "} }", "MAX_FIELDS_LIMIT"),
        ("{ people {" + ("knownFor {" + " id" * 40 + "}") * 40 + "} }", "MAX_FIELDS_LIMIT"),
        ("{ ...F0 } " + SPREADS + "fragment F40 on Query { people { name } }", "MAX_ROOT_FIELDS_LIMIT"),
    ],
)
async def test_what_asks_for_too_much_is_refused_soon(query: str, code: str) -> None:
    began = time.process_time()
    assert await refused(query) == code
    assert time.process_time() - began < 2


async def test_a_cost_above_the_limit_is_refused() -> None:
    options = Options(limits=Limits(cost=200))
    query = "query ($n: Int) { people(first: $n) { knownFor { stars } } }"
    assert await refused(query, {"n": 10}, options) == "COST_ESTIMATED_TOO_EXPENSIVE"
    subgraphs = Subgraphs({"people": data(people=[])})
    assert await ask(subgraphs, query, {"n": 1}, options) == {"data": {"people": []}}


@pytest.mark.parametrize(
    ("variables", "place"),
    [
        ({}, "'$id' of required type"),
        ({"id": None}, "'$id' got an invalid value"),
        ({"id": True}, "ID"),
        ({"id": "1", "n": 2**31}, "Int"),
        ({"id": "1", "n": "1"}, "Int"),
        ({"id": "1", "f": {}}, "'text' of Filter is required"),
        ({"id": "1", "f": {"text": "x", "role": "GHOST"}}, "$f' got an invalid value.role"),
        ({"id": "1", "f": {"text": "x", "ages": [1, "2"]}}, ".ages[1]"),
        ({"id": "1", "f": {"text": "x", "more": 1}}, "'more' is no field"),
    ],
)
async def test_a_variable_that_does_not_fit_is_named(variables: dict[str, Any], place: str) -> None:
    query = """query ($id: ID!, $n: Int, $f: Filter) {
      person(id: $id) { id } people(first: $n) { id } search(filter: $f) { __typename }
    }"""
    response = await ask(NOBODY, query, variables)
    assert codes(response) == ["BAD_USER_INPUT"]
    assert place in response["errors"][0]["message"]


@pytest.mark.parametrize(("name", "known"), [("A", True), ("B", True), ("C", False), (None, False)])
async def test_of_several_operations_one_must_be_named(name: str | None, known: bool) -> None:
    query = "query A { __typename } query B { __typename }"
    response = await ask(NOBODY, query, operation_name=name)
    assert (
        response == {"data": {"__typename": "Query"}} if known else codes(response) == ["OPERATION_RESOLUTION_FAILURE"]
    )


async def test_a_request_that_may_only_read_is_no_mutation() -> None:
    query = 'mutation { rename(id: "1", name: "x") { name } }'
    assert await refused(query, read_only=True) == "OPERATION_NOT_SUPPORTED"


async def test_a_refused_document_is_remembered_and_read_once() -> None:
    gateway = Gateway(SUPERGRAPH, NOBODY)
    first = await gateway.execute(Request("{ nobody }"))
    assert await gateway.execute(Request("{ nobody }")) == first
    assert first.status == 400


async def test_the_caches_stay_within_their_bounds() -> None:
    gateway = Gateway(SUPERGRAPH, NOBODY, Options(cached_operations=3, cached_bytes=1000))
    for at in range(50):
        await gateway.execute(Request(f"query Q{at} {{ __typename }}"))
        await gateway.execute(Request(f"query Q{at} {{ nobody }}"))
    assert len(gateway.artefact().operations) == 3


def test_what_is_no_supergraph_is_refused() -> None:
    with pytest.raises(SupergraphInvalid):
        Gateway("type Query { a: Int }", NOBODY)


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"[]", b"7", b"{}", b'{"query": 7}', b'{"query": ""}', b'{"query": "{a}", "variables": []}',
     b'{"query": "{a}", "operationName": 1}', b'{"query": "{a}", "extensions": 1}', b"[" * 100_000],
)  # fmt: skip
def test_what_is_no_request_is_malformed(body: bytes) -> None:
    with pytest.raises(MalformedRequest):
        read_request(body)


def test_parameters_that_are_null_count_as_absent() -> None:
    sent = {"query": "{a}", "variables": None, "operationName": None, "extensions": None}
    assert read_request(orjson.dumps(sent)) == Request("{a}")
