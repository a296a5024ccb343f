"""Plans run: what is asked of whom, when, and what becomes of the answers."""

import asyncio
import json
from typing import Any

import orjson
import pytest
from milkrun_graph.executor import Gateway, Options, Request
from milkrun_graph.executor.transport import SubgraphDisconnected, SubgraphStatus, SubgraphTimeout, SubgraphUnreachable

from tests.support.gateways import SUPERGRAPH, Subgraphs, ask, codes, data, paths, ratings, titles

TITLE = {"__typename": "Title", "id": "t1"}
TWICE: list[dict[str, Any]] = [
    {"__typename": "Person", "id": "1", "name": "Ann", "knownFor": [dict(TITLE), {**TITLE, "id": "t2"}]},
    {"__typename": "Person", "id": "2", "name": "Bob", "knownFor": [dict(TITLE)]},
]
KNOWN = "{ people { name knownFor { name stars } } }"


def fleet(**changed: Any) -> Subgraphs:
    people = data(people=TWICE, person=TWICE[0])
    return Subgraphs({"people": people, "titles": titles, "ratings": ratings} | changed)


async def test_an_operation_of_one_subgraph_is_one_request() -> None:
    subgraphs = fleet()
    assert await ask(subgraphs, "{ people { name } }") == {"data": {"people": [{"name": "Ann"}, {"name": "Bob"}]}}
    assert subgraphs.graphs == ["people"]


async def test_an_entity_that_stands_in_many_places_is_asked_for_once() -> None:
    subgraphs = fleet()
    response = await ask(subgraphs, KNOWN)
    one, two = ({"name": f"name of {each}", "stars": 4.5} for each in ("t1", "t2"))
    assert response == {
        "data": {"people": [{"name": "Ann", "knownFor": [one, two]}, {"name": "Bob", "knownFor": [one]}]}
    }
    sent = next(value for _, request in subgraphs.asked[1:] for value in request["variables"].values())
    assert [each["id"] for each in sent] == ["t1", "t2"]


async def test_fetches_that_need_the_same_answer_run_side_by_side() -> None:
    gate: asyncio.Future[None] = asyncio.get_running_loop().create_future()
    subgraphs = fleet()
    subgraphs.pauses = {"titles": gate, "ratings": gate}
    running = asyncio.create_task(ask(subgraphs, KNOWN))
    while len(subgraphs.asked) < 3:
        await asyncio.sleep(0)
    gate.set_result(None)
    assert "errors" not in await running


async def test_no_entity_means_no_request() -> None:
    subgraphs = fleet(people=data(people=[]))
    assert await ask(subgraphs, KNOWN) == {"data": {"people": []}}
    assert subgraphs.graphs == ["people"]


async def test_a_cancelled_request_leaves_nothing_running() -> None:
    gate: asyncio.Future[None] = asyncio.get_running_loop().create_future()
    subgraphs = fleet()
    subgraphs.pauses = {"people": gate}
    running = asyncio.create_task(ask(subgraphs, KNOWN))
    while not subgraphs.asked:
        await asyncio.sleep(0)
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    await asyncio.sleep(0)
    assert gate.cancelled()


async def test_mutations_run_one_after_the_other_in_the_order_of_the_document() -> None:
    subgraphs = fleet(
        people=data(rename={"__typename": "Person", "id": "1", "name": "Cy"}),
        ratings=data(rate={"__typename": "Title", "id": "t1", "stars": 1.0}),
    )
    query = 'mutation { a: rate(id: "t1", stars: 1) { stars } rename(id: "1", name: "Cy") { name } }'
    subgraphs.answers["ratings"] = data(a={"__typename": "Title", "id": "t1", "stars": 1.0})
    assert await ask(subgraphs, query) == {"data": {"a": {"stars": 1.0}, "rename": {"name": "Cy"}}}
    assert subgraphs.graphs == ["ratings", "people"]


async def test_a_subgraph_that_fails_leaves_the_rest_of_the_response() -> None:
    response = await ask(fleet(ratings=lambda _: SubgraphUnreachable("refused by 10.0.0.7")), KNOWN)
    assert response["data"]["people"][1] == {"name": "Bob", "knownFor": [{"name": "name of t1", "stars": None}]}
    assert codes(response) == ["SUBREQUEST_FAILED"]
    assert paths(response) == [["people"]]
    assert "10.0.0.7" not in str(response)


async def test_a_null_goes_up_to_the_nearest_nullable_field() -> None:
    response = await ask(fleet(titles=lambda _: SubgraphTimeout("late")), "{ person(id: 1) { knownFor { name } } }")
    assert response["data"] == {"person": None}
    assert codes(response) == ["SUBREQUEST_TIMEOUT"]


async def test_a_failed_root_fetch_is_one_error() -> None:
    response = await ask(fleet(people=lambda _: SubgraphUnreachable("down")), KNOWN)
    assert response["data"] is None
    assert codes(response) == ["SUBREQUEST_FAILED"]


@pytest.mark.parametrize(
    "answer",
    [
        b'{"data":{"_entities":[',
        b"<html>",
        b"[]",
        b"null",
        b"{}",
        b'{"data":7}',
        b'{"data":{"_entities":{}}}',
        b'{"data":{"_e0":[],"_entities":[]}}',
        b'{"data":{"_e0":[1,2,3],"_entities":[1,2,3]}}',
        b'{"data":null}',
        b'{"data":{"_entities":null}}',
        b'{"data":{}}',
    ],
)
async def test_an_answer_that_is_not_what_was_asked_for_is_one_error(answer: bytes) -> None:
    response = await ask(fleet(ratings=lambda _: answer), KNOWN)
    assert codes(response) == ["SUBREQUEST_MALFORMED_RESPONSE"]
    assert [each["stars"] for person in response["data"]["people"] for each in person["knownFor"]] == [None] * 3


async def test_a_status_of_failure_with_a_graphql_answer_counts_as_the_answer() -> None:
    body = orjson.dumps({"errors": [{"message": "no", "extensions": {"code": "BROKEN"}}]})
    response = await ask(fleet(ratings=lambda _: SubgraphStatus(500, body)), KNOWN)
    assert codes(response) == ["BROKEN"]
    response = await ask(fleet(ratings=lambda _: SubgraphStatus(503, b"<html>")), KNOWN)
    assert codes(response) == ["SUBREQUEST_FAILED"]


async def test_an_error_of_an_entity_is_reported_at_every_place_of_it() -> None:
    def failing(request: dict[str, Any]) -> Any:
        answer = ratings(request)
        (alias,) = answer["data"]
        answer["data"][alias][0] = None
        return answer | {"errors": [{"message": "lost", "path": [alias, 0, "stars"], "locations": [{"line": 1}]}]}

    response = await ask(fleet(ratings=failing), KNOWN)
    assert paths(response) == [["people", 0, "knownFor", 0, "stars"], ["people", 1, "knownFor", 0, "stars"]]
    assert codes(response) == ["DOWNSTREAM_SERVICE_ERROR"] * 2
    assert "locations" not in response["errors"][0]


@pytest.mark.parametrize(
    "path", [None, [], ["_entities"], ["_entities", 99], [{"no": 1}], "people", ["_entities", -1, "stars"]]
)
async def test_an_error_with_a_useless_path_stands_at_the_first_list(path: Any) -> None:
    response = await ask(fleet(ratings=lambda _: {"data": None, "errors": [{"message": "x", "path": path}]}), KNOWN)
    assert paths(response) == [["people"]]


@pytest.mark.parametrize("errors", [7, {}, "no", [1, None, {"message": 5, "extensions": 6}]])
async def test_errors_of_any_shape_are_survived(errors: Any) -> None:
    response = await ask(fleet(ratings=lambda _: {"data": None, "errors": errors}), KNOWN)
    assert response["errors"]
    assert response["data"]["people"]


async def test_paths_have_the_names_of_the_client() -> None:
    answer = {"data": {"someone": None}, "errors": [{"message": "x", "path": ["someone"]}]}
    response = await ask(fleet(people=lambda _: answer), '{ someone: person(id: "1") { name } }')
    assert paths(response) == [["someone"]]


async def test_messages_of_subgraphs_can_be_kept_from_clients() -> None:
    answer = {"data": {"person": None}, "errors": [{"message": "password", "extensions": {"stack": "secret"}}]}
    options = Options(subgraph_errors=False)
    subgraphs = fleet(people=lambda _: answer)
    response = await ask(subgraphs, "{ person(id: 1) { name } }", options=options, headers={"x-request-id": "7"})
    assert response["errors"] == [
        {
            "message": "A subgraph reported an error",
            "extensions": {"code": "DOWNSTREAM_SERVICE_ERROR", "correlationId": "7"},
        }
    ]


@pytest.mark.parametrize("typename", ["Ghost", "Unheard", 7, ["Person"]])
async def test_an_object_of_a_type_that_cannot_be_there_is_null(typename: Any) -> None:
    found = [{"__typename": typename, "id": "1"}, {"__typename": "Person", "id": "2"}]
    query = '{ search(filter: {text: "x"}) { ... on Person { id } } }'
    response = await ask(fleet(people=data(search=found)), query)
    assert response["data"] == {"search": None}


@pytest.mark.parametrize("found", [{"id": "1"}, {"__typename": None, "id": "1"}])
async def test_an_object_that_does_not_say_its_type_is_null_with_an_error(found: Any) -> None:
    query = '{ search(filter: {text: "x"}) { __typename ... on Person { id } } }'
    response = await ask(fleet(people=data(search=[found])), query)
    assert response["data"] == {"search": None}
    assert codes(response) == ["INVALID_SUBGRAPH_VALUE"]


@pytest.mark.parametrize(
    "query",
    ["{ ... on Person { id } }", "{ ... on Title { stars } }", "{ ... on Person { id } ... on Title { stars } }"],
)
async def test_an_object_that_must_say_its_type_and_does_not_is_one_error(query: str) -> None:
    subgraphs = fleet(people=data(search=[{"__typename": "Person", "id": "1"}, {"id": "2"}]))
    response = await ask(subgraphs, f'{{ search(filter: {{text: "x"}}) {query} }}')
    assert response["data"] == {"search": None}
    assert codes(response) == ["INVALID_SUBGRAPH_VALUE"]
    assert paths(response) == [["search", 1]]
    assert subgraphs.graphs == ["people"]


async def test_values_that_only_a_subgraph_knows_are_null() -> None:
    people = [{"id": "1", "role": role} for role in ("ACTOR", "GHOST", "UNHEARD", 7)]
    response = await ask(fleet(people=data(people=people)), "{ people { role } }")
    assert response == {"data": {"people": [{"role": "ACTOR"}, {"role": None}, {"role": None}, {"role": None}]}}


async def test_scalars_are_coerced_or_refused_by_the_specification() -> None:
    person = {"id": 1, "name": 7, "age": 3.0, "height": 2, "notes": {"any": [1]}, "grid": [[1, 2], None, [3]]}
    query = "{ person(id: 1) { id name age height notes grid } }"
    assert await ask(fleet(people=data(person=person)), query) == {
        "data": {"person": {**person, "id": "1", "name": "7", "age": 3}}
    }
    response = await ask(fleet(people=data(person=person | {"age": "old", "grid": [["x"], 5]})), query)
    assert response["data"]["person"]["age"] is None
    assert response["data"]["person"]["grid"] == [None, None]
    assert paths(response) == [["person", "age"], ["person", "grid", 0, 0], ["person", "grid", 1]]
    assert set(codes(response)) == {"INVALID_SUBGRAPH_VALUE"}


@pytest.mark.parametrize(
    "notes", [2**63, 2**64, -(10**40), {"deep": [10**300, 1.5, "x"]}], ids=["63", "64", "40", "deep"]
)
async def test_long_integers_keep_their_digits_in_custom_scalars(notes: Any) -> None:
    person = {"id": 2**70, "name": 2**70, "height": 2**70, "age": 2**70, "notes": notes}
    answer = json.dumps({"data": {"person": person}}).encode()
    asked = Gateway(SUPERGRAPH, fleet(people=lambda _: answer)).execute(
        Request("{ person(id: 1) { id name height age notes } }")
    )
    response = json.loads((await asked).body)
    assert response["data"]["person"] == {**person, "id": str(2**70), "name": str(2**70), "age": None}
    assert codes(response) == ["INVALID_SUBGRAPH_VALUE"]


async def test_an_entity_of_two_fields_is_asked_for_once() -> None:
    person = {"knownFor": [dict(TITLE)], "favorite": {**TITLE, "id": "t2"}, "name": "Ann"}
    twin = {"knownFor": [], "favorite": dict(TITLE), "name": "Bob"}

    def failing(request: dict[str, Any]) -> Any:
        return ratings(request) | {"errors": [{"message": "lost", "path": ["_entities", 0, "stars"]}]}

    subgraphs = fleet(people=data(people=[person, twin]), ratings=failing)
    response = await ask(subgraphs, "{ people { knownFor { stars } favorite { stars } } }")
    assert response["data"]["people"] == [
        {"knownFor": [{"stars": 4.5}], "favorite": {"stars": 4.5}}, {"knownFor": [], "favorite": {"stars": 4.5}},
    ]  # fmt: skip
    assert [each["id"] for each in subgraphs.asked[1][1]["variables"]["representations"]] == ["t1", "t2"]
    assert paths(response) == [["people", 0, "knownFor", 0, "stars"], ["people", 1, "favorite", "stars"]]


async def test_a_key_that_is_missing_skips_the_entity() -> None:
    people = [{"knownFor": [{"__typename": "Title", "id": None}], "favorite": None}]
    subgraphs = fleet(people=data(people=people))
    response = await ask(subgraphs, "{ people { knownFor { stars } } }")
    assert response["data"] == {"people": [{"knownFor": [{"stars": None}]}]}
    assert subgraphs.graphs == ["people"]


async def test_variables_go_to_the_subgraphs_that_use_them_as_the_client_sent_them() -> None:
    subgraphs = fleet()
    query = "query ($n: Int = 3, $id: ID!, $f: Filter) { people(first: $n) { name } person(id: $id) { age } }"
    await ask(subgraphs, query.replace(", $f: Filter", ""), {"id": 7, "unused": 1})
    assert subgraphs.asked[0][1]["variables"] == {"id": 7}


async def test_only_headers_of_the_list_are_passed_on() -> None:
    subgraphs = fleet()
    sent = {"traceparent": "00-7", "cookie": "private", "authorization": "Bearer x"}
    await ask(subgraphs, "{ people { name } }", headers=sent)
    await ask(subgraphs, "{ people { name } }", options=Options(forward_headers=("authorization",)), headers=sent)
    assert subgraphs.headers == [{"traceparent": "00-7"}, {"authorization": "Bearer x"}]


async def test_a_query_is_sent_again_when_a_kept_connection_was_closed() -> None:
    answers = iter([SubgraphDisconnected("reset"), {"data": {"people": []}}])
    assert await ask(fleet(people=lambda _: next(answers)), "{ people { name } }") == {"data": {"people": []}}


async def test_a_mutation_is_never_sent_again() -> None:
    subgraphs = fleet(people=lambda _: SubgraphDisconnected("reset"))
    response = await ask(subgraphs, 'mutation { rename(id: "1", name: "x") { name } }')
    assert codes(response) == ["SUBREQUEST_FAILED"]
    assert len(subgraphs.asked) == 1


async def test_a_transport_that_forgets_the_deadline_is_ended() -> None:
    subgraphs = fleet()
    subgraphs.pauses = {"people": asyncio.get_running_loop().create_future()}
    response = await ask(subgraphs, "{ person(id: 1) { name } }", options=Options(subgraph_seconds=0.01))
    assert response["data"] == {"person": None}
    assert codes(response) == ["SUBREQUEST_TIMEOUT"]


async def test_a_mistake_of_a_transport_is_a_failed_fetch() -> None:
    response = await ask(fleet(people=lambda _: RuntimeError("bug")), "{ person(id: 1) { name } }")
    assert response["data"] == {"person": None}
    assert codes(response) == ["SUBREQUEST_FAILED"]


async def test_a_gateway_started_with_what_another_one_knew_answers_alike() -> None:
    subgraphs = fleet()
    first = Gateway(SUPERGRAPH, subgraphs)
    before = await first.execute(Request(KNOWN))
    second = Gateway(SUPERGRAPH, subgraphs, known=first.artefact())
    assert await second.execute(Request(KNOWN)) == before
