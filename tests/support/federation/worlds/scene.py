"""A world with its data, from one seed: what a test of the gateway needs."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from random import Random
from typing import Any, Self

import orjson
from milkrun_graph.executor import Gateway, Request

from tests.support.federation.dataset import Dataset
from tests.support.federation.reference import Reference
from tests.support.federation.subgraph import Subgraph
from tests.support.federation.transport import InProcess
from tests.support.federation.worlds.draw import Taste, draw_world
from tests.support.federation.worlds.facts import draw_facts
from tests.support.federation.worlds.model import World
from tests.support.federation.worlds.operations import Operation, draw_operation
from tests.support.federation.worlds.printing import print_subgraph, print_supergraph


class Line:
    """A transport that can be changed between operations."""

    transport: InProcess

    async def fetch(self, graph: str, body: bytes, headers: Mapping[str, str], deadline: float) -> bytes:
        return await self.transport.fetch(graph, body, headers, deadline)


@dataclass
class Scene:
    random: Random
    world: World
    facts: dict[str, Any]

    @classmethod
    def draw(cls, seed: int, *, plain: bool = False, errors: float = 0.0) -> Self:
        random = Random(seed)  # noqa: S311 - no secret
        taste = Taste(graphs=random.randint(1, 4), entities=random.randint(1, 4), plain=plain)
        world = draw_world(random, taste)
        return cls(random, world, draw_facts(random, world, errors))

    @cached_property
    def supergraph(self) -> str:
        return print_supergraph(self.world)

    @cached_property
    def sdls(self) -> dict[str, str]:
        return {graph: print_subgraph(self.world, graph) for graph in self.world.graphs}

    @cached_property
    def reference(self) -> Reference:
        return Reference(self.supergraph, Dataset(self.facts))

    @cached_property
    def _subgraphs(self) -> dict[str, Subgraph]:
        dataset, ownership = self.reference.dataset, self.reference.ownership
        return {graph: Subgraph(graph, sdl, ownership, dataset) for graph, sdl in self.sdls.items()}

    @cached_property
    def line(self) -> Line:
        return Line()

    @cached_property
    def gateway(self) -> Gateway:
        """One for all operations, so that plans and documents are also found in its caches."""
        return Gateway(self.supergraph, self.line)

    async def ask(self, operation: Operation, transport: InProcess) -> dict[str, Any]:
        self.line.transport = transport
        response = await self.gateway.execute(Request(operation.query, operation.variables))
        answer: dict[str, Any] = orjson.loads(response.body)
        return answer

    def subgraphs(self) -> dict[str, Subgraph]:
        """They keep no state but their complaints."""
        for each in self._subgraphs.values():
            each.complaints.clear()
        return self._subgraphs

    def operation(self) -> Operation:
        """The next one."""
        return draw_operation(self.random, self.reference.schema, self.random.randint(1, 6))
