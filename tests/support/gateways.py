"""A small supergraph of people, titles and ratings, and subgraphs that answer it as a test says."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import orjson
from milkrun_graph.executor import Gateway, Options, Request
from milkrun_graph.executor.messages import Claims

type Answer = Callable[[dict[str, Any]], Any]

SUPERGRAPH = """
schema @link(url: "https://specs.apollo.dev/link/v1.0") @link(url: "https://specs.apollo.dev/join/v0.3", for: EXECUTION)
  @link(url: "https://specs.apollo.dev/inaccessible/v0.2", for: SECURITY)
  @link(url: "https://specs.apollo.dev/authenticated/v0.1", for: SECURITY)
  @link(url: "https://specs.apollo.dev/requiresScopes/v0.1", for: SECURITY)
  @link(url: "https://specs.apollo.dev/cost/v0.1") { query: Query mutation: Mutation }
directive @link(url: String, as: String, for: link__Purpose, import: [link__Import]) repeatable on SCHEMA
directive @join__graph(name: String!, url: String!) on ENUM_VALUE
directive @join__type(graph: join__Graph!, key: join__FieldSet, resolvable: Boolean! = true) repeatable on OBJECT
directive @join__field(graph: join__Graph, external: Boolean) repeatable on FIELD_DEFINITION
directive @join__unionMember(graph: join__Graph!, member: String!) repeatable on UNION
directive @join__enumValue(graph: join__Graph!) repeatable on ENUM_VALUE
directive @inaccessible on FIELD_DEFINITION | OBJECT | ENUM_VALUE
directive @authenticated on FIELD_DEFINITION
directive @requiresScopes(scopes: [[String!]!]!) on FIELD_DEFINITION
directive @cost(weight: Int!) on FIELD_DEFINITION
directive @cost__listSize(assumedSize: Int, slicingArguments: [String!]) on FIELD_DEFINITION
scalar link__Import
scalar join__FieldSet
enum link__Purpose { SECURITY EXECUTION }
enum join__Graph {
  PEOPLE @join__graph(name: "people", url: "http://127.0.0.1:1/people")
  TITLES @join__graph(name: "titles", url: "http://127.0.0.1:1/titles")
  RATINGS @join__graph(name: "ratings", url: "http://127.0.0.1:1/ratings")
}
enum Role @join__type(graph: PEOPLE) {
  ACTOR @join__enumValue(graph: PEOPLE)
  GHOST @join__enumValue(graph: PEOPLE) @inaccessible
}
scalar Anything @join__type(graph: PEOPLE)
type Query @join__type(graph: PEOPLE) @join__type(graph: TITLES) @join__type(graph: RATINGS) {
  person(id: ID!): Person @join__field(graph: PEOPLE)
  people(first: Int = 10): [Person!]! @join__field(graph: PEOPLE) @cost__listSize(slicingArguments: ["first"])
  search(filter: Filter): [Found!] @join__field(graph: PEOPLE)
  title(id: ID!): Title @join__field(graph: TITLES)
}
type Mutation @join__type(graph: PEOPLE) @join__type(graph: RATINGS) {
  rename(id: ID!, name: String!): Person @join__field(graph: PEOPLE)
  rate(id: ID!, stars: Int!): Title @join__field(graph: RATINGS)
}
type Person @join__type(graph: PEOPLE, key: "id") {
  id: ID!
  name: String!
  age: Int
  height: Float
  role: Role
  notes: Anything
  grid: [[Int!]]
  salary: Int @authenticated
  diary: String @requiresScopes(scopes: [["read:diary"], ["admin"]])
  secret: String @inaccessible
  knownFor: [Title!]!
  favorite: Title
}
type Ghost @join__type(graph: PEOPLE) @inaccessible { id: ID! }
union Found @join__type(graph: PEOPLE) @join__unionMember(graph: PEOPLE, member: "Person")
  @join__unionMember(graph: PEOPLE, member: "Title") @join__unionMember(graph: PEOPLE, member: "Ghost") =
  Person | Title | Ghost
type Title @join__type(graph: PEOPLE, key: "id", resolvable: false) @join__type(graph: TITLES, key: "id")
  @join__type(graph: RATINGS, key: "id") {
  id: ID!
  name: String! @join__field(graph: TITLES)
  year: Int @join__field(graph: TITLES)
  stars: Float @join__field(graph: RATINGS) @cost(weight: 5)
}
input Filter @join__type(graph: PEOPLE) { role: Role = ACTOR text: String! ages: [Int!] }
"""


@dataclass
class Subgraphs:
    """A transport. What a subgraph answers is made of the request; bytes and errors are sent as they are."""

    answers: dict[str, Answer]
    asked: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    headers: list[Mapping[str, str]] = field(default_factory=list)
    pauses: Mapping[str, Awaitable[Any]] = field(default_factory=dict)

    async def fetch(self, graph: str, body: bytes, headers: Mapping[str, str], deadline: float) -> bytes:  # noqa: ARG002 - it answers at once
        request = orjson.loads(body)
        self.asked.append((graph, request))
        self.headers.append(headers)
        if graph in self.pauses:
            await self.pauses[graph]
        else:
            await asyncio.sleep(0)
        answer = self.answers[graph](request)
        if isinstance(answer, Exception):
            raise answer
        return answer if isinstance(answer, bytes) else orjson.dumps(answer)

    @property
    def graphs(self) -> list[str]:
        return [graph for graph, _ in self.asked]


def data(**fields: Any) -> Answer:
    return lambda _: {"data": fields}


def entities(made: Callable[[Any], Any], alias: str | None = None) -> Answer:
    """Every representation becomes an entity, in each list that is asked for."""

    def answer(request: dict[str, Any]) -> Any:
        lists = {name: value for name, value in request["variables"].items() if isinstance(value, list)}
        keys = [f"_e{at}" for at in range(len(lists))] if "_e0" in request["query"] else ["_entities"]
        return {
            "data": {
                alias or key: [made(each) for each in sent] for key, sent in zip(keys, lists.values(), strict=True)
            }
        }

    return answer


def titles(request: dict[str, Any]) -> Any:
    return entities(lambda sent: {"__typename": "Title", "name": f"name of {sent['id']}", "year": 1999})(request)


def ratings(request: dict[str, Any]) -> Any:
    return entities(lambda _: {"__typename": "Title", "stars": 4.5})(request)


async def ask(
    subgraphs: Subgraphs,
    query: str,
    variables: Mapping[str, Any] | None = None,
    options: Options | None = None,
    **more: Any,
) -> dict[str, Any]:
    """The response of a new gateway, as data."""
    gateway = Gateway(SUPERGRAPH, subgraphs, options)
    answer: dict[str, Any] = orjson.loads((await gateway.execute(Request(query, variables, **more))).body)
    return answer


def codes(response: Mapping[str, Any]) -> list[str]:
    return [error["extensions"]["code"] for error in response["errors"]]


def paths(response: Mapping[str, Any]) -> list[Any]:
    return [error.get("path") for error in response["errors"]]


MEMBER = Claims(authenticated=True)
