"""Requests as API Gateway sends them, and their answers."""

import asyncio
import hashlib
import json

import pytest
from gateway import front
from milkrun_graph.executor import Limits, Options
from milkrun_graph.executor.breaker import BreakerPolicy
from milkrun_graph.executor.transport import SubgraphUnreachable

from tests.support.front import (
    AWAY,
    KNOWN_FOR,
    TITLES,
    Doors,
    MemorySource,
    event,
    got,
    heads,
    in_base64,
    json_of,
    posted,
)

TYPENAME = {"data": {"__typename": "Query"}}


async def test_known_for_is_answered_in_two_stages() -> None:
    doors = Doors()
    answer = await doors.ask(posted(KNOWN_FOR))
    assert answer["statusCode"] == 200
    person = json_of(answer)["data"]["name"]
    assert person["nameText"] == "Jackie Chan"
    assert person["knownFor"] == [{"id": one, "titleText": f"Title {one}", "rating": 7.5} for one in TITLES]
    (request,) = doors.lines.lines("request")
    assert (request["fetches"], request["stages"], request["errors"]) == (3, 2, 0)


async def test_the_sample_event_is_answered() -> None:
    answer = await Doors().ask(event("http-typename-by-get"))
    assert (answer["statusCode"], json_of(answer)) == (200, TYPENAME)


async def test_a_body_in_base64_is_the_same_request() -> None:
    doors = Doors()
    plain, encoded = await doors.ask(posted(KNOWN_FOR)), await doors.ask(in_base64(posted(KNOWN_FOR)))
    assert encoded["statusCode"] == 200
    assert encoded["body"] == plain["body"]


async def test_a_body_that_is_marked_as_base64_and_is_not_is_refused() -> None:
    answer = await Doors().ask({**posted(KNOWN_FOR), "isBase64Encoded": True})
    assert answer["statusCode"] == 400
    assert json_of(answer)["code"] == "InvalidRequest"


@pytest.mark.parametrize(
    ("accept", "media", "status"),
    [
        ("application/graphql-response+json", "application/graphql-response+json", 400),
        ("application/json", "application/json", 200),
        ("*/*", "application/json", 200),
        ("text/html", "application/json", 406),
    ],
)
async def test_the_media_type_decides_on_the_status_of_an_invalid_operation(
    accept: str, media: str, status: int
) -> None:
    answer = await Doors().ask(posted("{ nothing }", accept=accept))
    assert answer["statusCode"] == status
    assert heads(answer, "content-type")[0].startswith(media)


async def test_a_body_of_another_type_is_refused() -> None:
    answer = await Doors().ask(posted(KNOWN_FOR, content_type="text/plain"))
    assert answer["statusCode"] == 415


async def test_a_mutation_by_get_is_refused() -> None:
    answer = await Doors().ask(got('mutation { touch(id: "nm1") }'))
    assert answer["statusCode"] == 405
    assert "POST" in heads(answer, "allow")[0]


async def test_a_route_that_there_is_not_is_a_problem() -> None:
    answer = await Doors().ask({**event("http-health"), "path": "/elsewhere"})
    assert answer["statusCode"] == 404
    assert heads(answer, "content-type") == ["application/problem+json"]


async def test_health_says_what_is_served() -> None:
    answer = await Doors().ask(event("http-health"))
    assert answer["statusCode"] == 200
    assert json_of(answer)["generation"] == 1


@pytest.mark.parametrize("sent", [posted(KNOWN_FOR), event("http-health")])
async def test_a_cold_start_without_the_registry_asks_to_come_again(sent: dict[str, object]) -> None:
    doors = Doors(source=MemorySource(away=AWAY))
    answer = await doors.ask(sent)
    assert answer["statusCode"] == 503
    assert heads(answer, "retry-after") == ["1"]
    assert json_of(answer)["code"] == "AwsRefused"


async def test_one_broken_graphlet_costs_its_fields_alone() -> None:
    doors = Doors()
    doors.graphlets.fails["ratings"] = SubgraphUnreachable("the table of ratings is gone")
    answer = await doors.ask(posted(KNOWN_FOR))
    found = json_of(answer)
    assert [one["titleText"] for one in found["data"]["name"]["knownFor"]] == [f"Title {one}" for one in TITLES]
    assert {one["rating"] for one in found["data"]["name"]["knownFor"]} == {None}
    assert found["errors"][0]["path"][:2] == ["name", "knownFor"]
    assert "table" not in answer["body"], "what a graphlet says in its trouble is not for clients"


async def test_a_graphlet_that_hangs_costs_at_most_its_timeout() -> None:
    doors = Doors(options=Options(subgraph_seconds=5, seconds={"ratings": 0.1}, subgraph_errors=False))
    doors.graphlets.hangs.add("ratings")
    clock = asyncio.get_running_loop().time
    began = clock()
    answer = await doors.ask(posted(KNOWN_FOR))
    assert clock() - began < 1
    found = json_of(answer)
    assert found["errors"][0]["extensions"]["code"] == "SUBREQUEST_TIMEOUT"
    assert found["data"]["name"]["knownFor"][0]["titleText"] == f"Title {TITLES[0]}"


async def test_a_graphlet_that_keeps_failing_is_left_alone() -> None:
    doors = Doors(breaker=BreakerPolicy(minimum_calls=3, open_seconds=60))
    doors.graphlets.fails["ratings"] = SubgraphUnreachable("gone")
    for _ in range(5):
        answer = await doors.ask(posted(KNOWN_FOR))
    assert json_of(answer)["errors"][0]["extensions"]["code"] == "SUBGRAPH_CIRCUIT_OPEN"
    assert [graph for graph, *_ in doors.graphlets.calls].count("ratings") == 3
    assert doors.lines.lines("fetch")[-1]["graphlet"] in ("ratings", "titles")


@pytest.mark.parametrize(
    ("limits", "query", "code"),
    [
        (Limits(depth=2), KNOWN_FOR, "MAX_DEPTH_LIMIT"),
        (Limits(aliases=1), "{ a: version b: version }", "MAX_ALIASES_LIMIT"),
        (Limits(root_fields=1), "{ version __typename }", "MAX_ROOT_FIELDS_LIMIT"),
        (Limits(tokens=5), KNOWN_FOR, "MAX_TOKENS_LIMIT"),
        (Limits(cost=1), '{ name(id: "nm1") { knownFor { id titleText } } }', "COST_ESTIMATED_TOO_EXPENSIVE"),
    ],
)
async def test_an_operation_beyond_a_limit_is_refused(limits: Limits, query: str, code: str) -> None:
    answer = await Doors(options=Options(limits=limits)).ask(posted(query.replace("KnownFor {", "Other {")))
    assert answer["statusCode"] == 400
    assert json_of(answer)["errors"][0]["extensions"]["code"] == code


async def test_introspection_can_be_off() -> None:
    answer = await Doors(options=Options(introspection=False)).ask(posted("{ __schema { types { name } } }"))
    assert json_of(answer)["errors"][0]["extensions"]["code"] == "INTROSPECTION_DISABLED"


async def test_only_known_operations_may_run_where_the_owner_says_so() -> None:
    doors = Doors(only_known=True)
    assert (await doors.ask(posted(KNOWN_FOR)))["statusCode"] == 200
    answer = await doors.ask(posted("{ version }"))
    assert json_of(answer)["errors"][0]["extensions"]["code"] == "PERSISTED_QUERY_NOT_IN_LIST"


async def test_a_known_operation_can_be_asked_by_its_hash() -> None:
    sent = posted(KNOWN_FOR)
    digest = hashlib.sha256(KNOWN_FOR.encode()).hexdigest()
    sent["body"] = json.dumps({"extensions": {"persistedQuery": {"version": 1, "sha256Hash": digest}}})
    answer = await Doors().ask(sent)
    assert json_of(answer)["data"]["name"]["nameText"] == "Jackie Chan"


async def test_a_fault_of_ours_is_a_problem_and_is_logged() -> None:
    doors = Doors()

    async def broken() -> None:
        raise RuntimeError("a bug")

    doors.supergraphs.serving = broken  # type: ignore[method-assign,assignment]
    answer = await doors.ask(posted(KNOWN_FOR))
    assert answer["statusCode"] == 500
    assert "a bug" not in answer["body"]
    assert doors.lines.errors("request failed")[0]["reason"] == "RuntimeError('a bug')"


async def test_an_answer_that_lambda_would_not_carry_is_a_problem_and_no_crash(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(front, "MAX_BODY", 100)
    answer = await Doors().ask(posted(KNOWN_FOR))
    assert (answer["statusCode"], json_of(answer)["code"]) == (500, "AnswerTooLong")


async def test_every_answer_names_the_id_that_the_log_has() -> None:
    doors = Doors()
    sent = posted(KNOWN_FOR)
    answer = await doors.ask(sent)
    (correlation_id,) = heads(answer, "x-correlation-id")
    assert correlation_id == sent["requestContext"]["requestId"]
    assert {line["correlation_id"] for line in doors.lines.lines("fetch")} == {correlation_id}


async def test_a_page_of_a_named_origin_may_ask() -> None:
    doors = Doors(origins=("https://imdb.milkrun.example",))
    answer = await doors.ask(event("http-preflight"))
    assert answer["statusCode"] == 204
    assert heads(answer, "access-control-allow-origin") == ["https://imdb.milkrun.example"]
    assert "x-client-name" in heads(answer, "access-control-allow-headers")[0]
    assert doors.source.looks == 0


async def test_a_page_of_another_origin_may_not() -> None:
    answer = await Doors(origins=("https://other.example",)).ask(event("http-preflight"))
    assert heads(answer, "access-control-allow-origin") == []


async def test_a_page_can_read_a_problem_too() -> None:
    doors = Doors(source=MemorySource(away=AWAY), origins=("https://imdb.milkrun.example",))
    answer = await doors.ask(posted(KNOWN_FOR, origin="https://imdb.milkrun.example"))
    assert answer["statusCode"] == 503
    assert heads(answer, "access-control-allow-origin") == ["https://imdb.milkrun.example"]
