"""A field of type ``Query`` below the root is the whole graph again, from every subgraph."""

from typing import Any

from tests.support.federation.resolved import Record, Service, Services

PEOPLE = """
type Query { me: Person people: [Person!]! viewer: Viewer }
type Mutation { rename(name: String!): Renamed relabel(name: String!): Renamed }
type Renamed { query: Query person: Person }
type Person @key(fields: "id") { id: ID! name: String query: Query }
type Viewer { query: Query! queries: [Query] }
"""
TITLES = """
type Query { titles(first: Int): [Title!]! }
type Mutation { retitle(name: String!): Retitled }
type Retitled { query: Query title: Title }
type Title @key(fields: "id") { id: ID! name: String author: Person query: Query }
type Person @key(fields: "id") { id: ID! written: [Title!] }
"""


def person(key: str) -> Record:
    return {"__typename": "Person", "id": key, "name": f"name of {key}", "query": {}}


class Shelf:
    """Two subgraphs, of which one remembers what was renamed."""

    def __init__(self) -> None:
        self.name = "old"
        title = {"__typename": "Title", "id": "t", "name": lambda _: self.name, "author": {"id": "p"}, "query": {}}
        people: Record = {
            "me": person("p"),
            "people": [person("p"), person("q")],
            "rename": self.rename,
            "relabel": self.rename,
        }
        people["viewer"] = {"query": people, "queries": [people, None]}
        for one in (people["me"], *people["people"]):
            one["query"] = people
        titles: Record = {"titles": lambda _, first=9: [title][:first], "retitle": self.rename}
        title["query"] = titles
        self.people, self.titles = people, titles
        written = {("Person", key): {"written": [title]} for key in "pq"}
        self.services = Services(
            people=Service(PEOPLE, people, {("Person", one["id"]): one for one in people["people"]}),
            titles=Service(TITLES, titles, written | {("Title", "t"): title}),
        )

    def rename(self, info: Any, name: str) -> Record:
        self.name = name
        query = self.titles if info.field_name == "retitle" else self.people
        return {"query": query, "person": person("p"), "title": self.titles["titles"](None)[0]}

    async def data(self, query: str, variables: Record | None = None) -> Any:
        answer = await self.services.ask(query, variables)
        assert "errors" not in answer, answer
        return answer["data"]


TITLE = {"titles": [{"name": "old"}]}


async def test_the_rest_of_the_graph_is_below_a_field_of_one_subgraph() -> None:
    shelf = Shelf()
    assert await shelf.data("{ viewer { query { titles { name } } } }") == {"viewer": {"query": TITLE}}
    assert shelf.services.graphs == ["people", "titles"]


async def test_the_own_part_and_the_others_part_grow_together() -> None:
    query = "{ viewer { query { me { name written { name } } titles { author { name } } me { id } } } }"
    assert await Shelf().data(query) == {
        "viewer": {
            "query": {
                "me": {"name": "name of p", "written": [{"name": "old"}], "id": "p"},
                "titles": [{"author": {"name": "name of p"}}],
            }
        }
    }


async def test_every_object_of_a_list_has_it() -> None:
    query = "{ people { id query { titles { name } } } }"
    assert await Shelf().data(query) == {"people": [{"id": "p", "query": TITLE}, {"id": "q", "query": TITLE}]}


async def test_a_list_of_it_may_have_nulls() -> None:
    assert await Shelf().data("{ viewer { queries { titles { name } } } }") == {"viewer": {"queries": [TITLE, None]}}


async def test_it_nests() -> None:
    query = "{ viewer { query { titles { query { me { query { titles { name } } } } } } } }"
    inner = {"me": {"query": TITLE}}
    assert await Shelf().data(query) == {"viewer": {"query": {"titles": [{"query": inner}]}}}


async def test_arguments_variables_and_types_arrive_there() -> None:
    query = "query ($n: Int) { __typename viewer { query { __typename x: titles(first: $n) { __typename } } } }"
    assert await Shelf().data(query, {"n": 0}) == {
        "__typename": "Query",
        "viewer": {"query": {"__typename": "Query", "x": []}},
    }


async def test_the_query_of_an_entity_is_asked_where_its_fields_are() -> None:
    query = "{ titles { author { query { titles { name } people { id } } } } }"
    found = {"titles": [{"name": "old"}], "people": [{"id": "p"}, {"id": "q"}]}
    assert await Shelf().data(query) == {"titles": [{"author": {"query": found}}]}


async def test_a_payload_sees_what_its_mutation_did() -> None:
    shelf = Shelf()
    query = 'mutation { rename(name: "new") { query { titles { name } me { name } } person { id } } }'
    assert await shelf.data(query) == {
        "rename": {"query": {"titles": [{"name": "new"}], "me": {"name": "name of p"}}, "person": {"id": "p"}}
    }
    assert [request["query"].split("{")[0] for _, request in shelf.services.asked] == ["mutation", ""]


async def test_each_payload_sees_its_own_moment() -> None:
    shelf = Shelf()
    query = """mutation {
      one: rename(name: "1") { query { titles { name } } }
      two: retitle(name: "2") { query { titles { name } me { id } } }
      three: relabel(name: "3") { query { titles { name } } }
    }"""
    assert await shelf.data(query) == {
        "one": {"query": {"titles": [{"name": "1"}]}},
        "two": {"query": {"titles": [{"name": "2"}], "me": {"id": "p"}}},
        "three": {"query": {"titles": [{"name": "3"}]}},
    }
    asked = [(graph, request["query"].startswith("mutation")) for graph, request in shelf.services.asked]
    assert asked == [
        ("people", True), ("titles", False), ("titles", True), ("people", False), ("people", True), ("titles", False),
    ]  # fmt: skip


async def test_a_subgraph_that_fails_below_leaves_the_rest() -> None:
    shelf = Shelf()
    shelf.titles["titles"] = lambda *_, **__: 1 / 0
    answer = await shelf.services.ask("{ me { name } viewer { query { titles { name } } } }")
    assert answer["data"] == {"me": {"name": "name of p"}, "viewer": None}
    assert [error["path"] for error in answer["errors"]] == [["viewer", "query", "titles"]]


async def test_nothing_is_asked_below_a_null() -> None:
    shelf = Shelf()
    shelf.people["me"] = None
    assert await shelf.data("{ me { query { titles { name } } } }") == {"me": None}
    assert shelf.services.graphs == ["people"]
