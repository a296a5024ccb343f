"""A world with its data, from one seed: what a test of the gateway needs."""

from dataclasses import dataclass
from functools import cached_property
from random import Random
from typing import Any, Self

from tests.support.federation.dataset import Dataset
from tests.support.federation.ownership import Ownership, read_ownership
from tests.support.federation.reference import Reference
from tests.support.federation.subgraph import Subgraph
from tests.support.federation.worlds.draw import Taste, draw_world
from tests.support.federation.worlds.facts import draw_facts
from tests.support.federation.worlds.model import World
from tests.support.federation.worlds.operations import Operation, draw_operation
from tests.support.federation.worlds.printing import print_subgraph, print_supergraph


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
    def ownership(self) -> Ownership:
        return read_ownership(self.supergraph)

    def reference(self, down: str | None = None) -> Reference:
        return self._references.setdefault(down, Reference(self.supergraph, Dataset(self.facts), down))

    @cached_property
    def _references(self) -> dict[str | None, Reference]:
        return {}

    @cached_property
    def _subgraphs(self) -> dict[str, Subgraph]:
        dataset = Dataset(self.facts)
        return {graph: Subgraph(graph, sdl, self.ownership, dataset) for graph, sdl in self.sdls.items()}

    def subgraphs(self) -> dict[str, Subgraph]:
        """They keep no state but their complaints."""
        for each in self._subgraphs.values():
            each.complaints.clear()
        return self._subgraphs

    def operation(self) -> Operation:
        """The next one."""
        return draw_operation(self.random, self.reference().schema, self.random.randint(1, 6))
