"""The subgraphs of one supergraph, reached without a network."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import orjson
from graphql import ExecutionResult

from tests.support.federation.subgraph import Subgraph


@dataclass(frozen=True, slots=True)
class Seen:
    """A request as a subgraph got it."""

    graph: str
    request: dict[str, Any]


class InProcess:
    """A transport of the executor that keeps what it saw."""

    def __init__(self, subgraphs: Mapping[str, Subgraph]) -> None:
        self.subgraphs = subgraphs
        self.seen: list[Seen] = []

    async def fetch(self, graph: str, body: bytes, headers: Mapping[str, str], deadline: float) -> bytes:  # noqa: ARG002 - nothing to send on
        request = orjson.loads(body)
        self.seen.append(Seen(graph, request))
        return answer(self.subgraphs[graph].execute(request))

    @property
    def complaints(self) -> list[str]:
        """What the subgraphs found wrong with the requests: invalid ones, and questions they cannot answer."""
        return [each for subgraph in self.subgraphs.values() for each in subgraph.complaints]


def answer(result: ExecutionResult) -> bytes:
    return orjson.dumps(result.formatted)
