"""A subgraph answers what a gateway asks of it: service, entities, fields, errors."""

from typing import Any

import pytest
from milkrun_graph.composer import Subgraph as Composed
from milkrun_graph.composer import compose
from milkrun_graph.subgraph import Subgraph, batched
from milkrun_graph.subgraph.sdl import SubgraphInvalid

LINK = 'extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key"])\n'
FILMS = (
    LINK
    + """
type Film @key(fields: "id") { id: ID! title: String! runtimeMinutes: Int kind: Kind stars(first: Int = 2): [Star!] }
type Star @key(fields: "id", resolvable: false) { id: ID! }
enum Kind { LONG SHORT }
interface Place { name: String }
type Cinema implements Place { name: String seats: Int }
type Home implements Place { name: String }
type Query { film(id: ID!): Film places: [Place] broken: [Film!]! }
"""
)
ENTITIES = "query ($r: [_Any!]!) { _entities(representations: $r) { ... on Film { title } } }"
TITLES = {"1": "One", "2": "Two", "3": None}


class Refused(Exception):
    """An error that callers may see."""

    code = "REFUSED"


def films(representations: Any, calls: list[str]) -> list[Any]:
    calls.append("films")
    found = ({"id": one["id"], "title": TITLES[one["id"]]} if one["id"] in TITLES else None for one in representations)
    return list(found)


def a_subgraph(**resolvers: Any) -> Subgraph:
    query = {"film": lambda _parent, _context, id: {"id": id, "title": "One", "runtimeMinutes": 90}, **resolvers}
    return Subgraph(FILMS, {"Query": query}, {"Film": films}, told=(Refused,), log=lambda *_: None)


def entities(*ids: str, kind: str = "Film") -> dict[str, Any]:
    return {"r": [{"__typename": kind, "id": one} for one in ids]}


def test_its_sdl_is_told_as_it_was_written_and_composes() -> None:
    sdl = a_subgraph().execute("{ _service { sdl } }")["data"]["_service"]["sdl"]
    assert sdl == FILMS
    assert compose([Composed("films", "lambda:films", sdl)]).errors == ()


def test_entities_are_resolved_once_per_type_and_keep_their_places() -> None:
    calls: list[str] = []
    answer = a_subgraph().execute(ENTITIES, entities("2", "9", "1"), context=calls)
    assert answer == {"data": {"_entities": [{"title": "Two"}, None, {"title": "One"}]}}
    assert calls == ["films"]


def test_an_entity_that_lacks_what_it_must_have_is_null_with_its_path() -> None:
    answer = a_subgraph().execute(ENTITIES, entities("1", "3"), context=[])
    assert answer["data"] == {"_entities": [{"title": "One"}, None]}
    assert [error["path"] for error in answer["errors"]] == [["_entities", 1, "title"]]


def test_a_type_that_is_no_entity_here_is_refused_in_its_place_only() -> None:
    given = {"r": entities("1")["r"] + entities("7", kind="Star")["r"] + [{"id": "1"}]}
    answer = a_subgraph().execute(ENTITIES, given, context=[])
    assert answer["data"] == {"_entities": [{"title": "One"}, None, None]}
    assert [error["extensions"]["code"] for error in answer["errors"]] == ["BAD_REQUEST", "BAD_REQUEST"]


def test_an_entity_without_a_reference_resolver_is_its_representation() -> None:
    answer = Subgraph(FILMS).execute(
        "query ($r: [_Any!]!) { _entities(representations: $r) { __typename ... on Film { id } } }", entities("8")
    )
    assert answer == {"data": {"_entities": [{"__typename": "Film", "id": "8"}]}}


def test_a_batched_field_sees_all_its_parents_at_once() -> None:
    seen: list[int] = []

    @batched
    def stars(parents: Any, _context: Any, first: int) -> list[Any]:
        seen.append(len(parents))
        return [Refused("no stars tonight") if one["id"] == "2" else [{"id": "s"}] * first for one in parents]

    graph = Subgraph(FILMS, {"Film": {"stars": stars}}, {"Film": films}, told=(Refused,))
    query = "query ($r: [_Any!]!) { _entities(representations: $r) { ... on Film { stars(first: 1) { id } } } }"
    answer = graph.execute(query, entities("1", "2", "3"), context=[])
    assert seen == [3]
    assert answer["data"]["_entities"] == [{"stars": [{"id": "s"}]}, {"stars": None}, {"stars": [{"id": "s"}]}]
    assert [(error["path"], error["message"]) for error in answer["errors"]] == [
        (["_entities", 1, "stars"], "no stars tonight")
    ]


def test_a_batch_of_another_length_is_an_error_and_shifts_nothing() -> None:
    graph = Subgraph(FILMS, references={"Film": lambda representations, _: representations[:-1]})
    answer = graph.execute(ENTITIES, entities("1", "2"))
    assert answer["data"] == {"_entities": [None, None]}
    assert "1 values for 2 parents" in answer["errors"][0]["message"]


def test_an_unknown_error_is_masked_and_logged_once() -> None:
    logged: list[tuple[Exception, str]] = []

    def fail(_representations: Any, _context: Any) -> list[Any]:
        raise KeyError("a secret")

    graph = Subgraph(FILMS, references={"Film": fail}, log=lambda *one: logged.append(one))
    answer = graph.execute(ENTITIES, entities("1", "2", "3"))
    assert answer["data"] == {"_entities": [None, None, None]}
    assert {error["message"] for error in answer["errors"]} == {"the subgraph failed to resolve Query._entities"}
    assert {error["extensions"]["code"] for error in answer["errors"]} == {"INTERNAL_SERVER_ERROR"}
    assert [(type(error), coordinate) for error, coordinate in logged] == [(KeyError, "Query._entities")]


def test_an_error_that_may_be_told_is_told() -> None:
    def refuse(_parent: None, _context: Any, **_: Any) -> None:
        raise Refused("that film is not for you")

    answer = a_subgraph(film=refuse).execute('{ film(id: "1") { id } }')
    assert answer == {
        "data": {"film": None},
        "errors": [{"message": "that film is not for you", "path": ["film"], "extensions": {"code": "REFUSED"}}],
    }


def test_a_null_in_a_list_that_must_have_none_takes_the_list_with_it_and_what_must_have_the_list() -> None:
    answer = a_subgraph(broken=lambda *_: [{"id": "1", "title": "One"}, None]).execute("{ broken { id } }")
    assert answer["data"] is None
    assert [error["path"] for error in answer["errors"]] == [["broken", 1]]


def test_values_of_an_interface_are_completed_by_their_own_type() -> None:
    def places(*_: Any) -> list[Any]:
        return [{"__typename": "Home", "name": "h"}, None, {"__typename": "Cinema", "name": "c", "seats": 9}, {}]

    query = "{ places { __typename ...N ... on Cinema { seats } } } fragment N on Place { name }"
    answer = a_subgraph(places=places).execute(query)
    assert answer["data"]["places"] == [
        {"__typename": "Home", "name": "h"},
        None,
        {"__typename": "Cinema", "name": "c", "seats": 9},
        None,
    ]
    assert [error["path"] for error in answer["errors"]] == [["places", 3]]


def test_arguments_variables_aliases_and_conditions_are_honored() -> None:
    query = "query F($id: ID!, $no: Boolean!) { a: film(id: $id) { id title @skip(if: $no) t: runtimeMinutes } }"
    assert a_subgraph().execute(query, {"id": 7, "no": True}) == {"data": {"a": {"id": "7", "t": 90}}}


@pytest.mark.parametrize(
    ("query", "variables", "name", "code"),
    [
        ("{", {}, None, "GRAPHQL_PARSE_FAILED"),
        ("{ nothing }", {}, None, "GRAPHQL_VALIDATION_FAILED"),
        ("query ($id: ID!) { film(id: $id) { id } }", {}, None, "BAD_USER_INPUT"),
        ("query A { _service { sdl } } query B { _service { sdl } }", {}, None, "OPERATION_RESOLUTION_FAILURE"),
        ("query A { _service { sdl } }", {}, "B", "OPERATION_RESOLUTION_FAILURE"),
    ],
)
def test_a_request_that_cannot_be_executed_is_refused(
    query: str, variables: dict[str, Any], name: str | None, code: str
) -> None:
    answer = a_subgraph().execute(query, variables, name)
    assert "data" not in answer
    assert answer["errors"][0]["extensions"]["code"] == code


def test_introspection_is_answered() -> None:
    answer = a_subgraph().execute('{ __schema { queryType { name } } k: __type(name: "Kind") { enumValues { name } } }')
    assert answer["data"] == {
        "__schema": {"queryType": {"name": "Query"}},
        "k": {"enumValues": [{"name": "LONG"}, {"name": "SHORT"}]},
    }


@pytest.mark.parametrize(
    ("resolvers", "references", "message"),
    [
        ({"Film": {"titel": len}}, {}, "Film.titel"),
        ({"Flim": {"title": len}}, {}, "Flim.title"),
        ({}, {"Star": len}, "Star, which has no @key"),
    ],
)
def test_resolvers_that_do_not_fit_are_named(resolvers: Any, references: Any, message: str) -> None:
    with pytest.raises(SubgraphInvalid, match=message):
        Subgraph(FILMS, resolvers, references).execute("{ _service { sdl } }")


@pytest.mark.parametrize(
    "sdl",
    [
        LINK + 'extend type Film @key(fields: "id") { id: ID! title: String! }',
        LINK.replace('"@key"', '{name: "@key", as: "@id"}') + 'type Film @id(fields: "id") { id: ID! title: String! }',
        LINK.replace(', import: ["@key"]', "") + 'type Film @federation__key(fields: "id") { id: ID! title: String! }',
        LINK + 'schema { query: Root } type Root { x: Int } type Film @key(fields: "id") { id: ID! title: String! }',
    ],
    ids=["only extended", "renamed", "with its prefix", "another root"],
)
def test_an_entity_is_found_however_it_is_written(sdl: str) -> None:
    answer = Subgraph(sdl, references={"Film": films}).execute(ENTITIES, entities("1"), context=[])
    assert answer == {"data": {"_entities": [{"title": "One"}]}}


def test_an_sdl_that_names_a_type_it_does_not_have_is_invalid() -> None:
    with pytest.raises(SubgraphInvalid, match="Nowhere"):
        Subgraph("type Query { x: Nowhere }").execute("{ x }")
