"""Subgraphs of a few lines of SDL and plain data, composed and served without a network."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import orjson
from graphql import GraphQLSchema, execute_sync, parse, validate
from milkrun_graph.composer import Subgraph, compose
from milkrun_graph.executor import Gateway, Request

from tests.support.federation.sdl import read_subgraph
from tests.support.federation.transport import answer

LINK = """extend schema @link(url: "https://specs.apollo.dev/federation/v2.8", import: [
  "@key", "@shareable", "@external", "@requires", "@interfaceObject", "@context", "@fromContext"])
"""

type Record = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Service:
    """What a subgraph has: values of root fields, and its entities by type and ``id``.  A value may be a function."""

    sdl: str
    root: Record = field(default_factory=dict)
    entities: Mapping[tuple[str, str], Record] = field(default_factory=dict)

    def values(self) -> Record:
        return {**self.root, "_entities": lambda _, representations: [self._entity(each) for each in representations]}

    def _entity(self, representation: Record) -> Record | None:
        typename = representation["__typename"]
        known = self.entities.get((typename, representation["id"]))
        return known and {"__typename": typename, **representation, **known}


class Services:
    """A transport to all of them, which keeps what was asked."""

    def __init__(self, **services: Service) -> None:
        self.asked: list[tuple[str, Record]] = []
        self._services = services
        self._schemas: dict[str, GraphQLSchema] = {
            name: read_subgraph(service.sdl).executable for name, service in services.items()
        }
        subgraphs = [Subgraph(name, f"http://{name}", LINK + service.sdl) for name, service in services.items()]
        composed = compose(subgraphs)
        assert composed.supergraph_sdl, composed.errors
        self.supergraph = composed.supergraph_sdl

    async def fetch(self, graph: str, body: bytes, headers: Mapping[str, str], deadline: float) -> bytes:  # noqa: ARG002 - nothing to send on
        request = orjson.loads(body)
        self.asked.append((graph, request))
        document = parse(request["query"])
        assert validate(self._schemas[graph], document) == [], request["query"]
        return answer(
            execute_sync(
                self._schemas[graph],
                document,
                self._services[graph].values(),
                variable_values=request.get("variables"),
                type_resolver=lambda value, *_: value["__typename"],
            )
        )

    async def ask(self, query: str, variables: Mapping[str, Any] | None = None) -> Record:
        self.asked.clear()
        made: Record = orjson.loads((await Gateway(self.supergraph, self).execute(Request(query, variables))).body)
        return made

    @property
    def graphs(self) -> list[str]:
        return [graph for graph, _ in self.asked]
