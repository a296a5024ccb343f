"""Subgraphs that break: which requests do, and in what way."""

from collections.abc import Callable, Mapping

from milkrun_graph.executor.transport import SubgraphStatus, SubgraphTimeout, SubgraphUnreachable

from tests.support.federation.subgraph import Subgraph
from tests.support.federation.transport import InProcess

ANSWERS = (
    b"",
    b'{"data": {"e0',
    b"[]",
    b"null",
    b"{}",
    b"<html>Bad gateway</html>",
    b'{"data": null}',
    b'{"data": null, "errors": [{"message": "down"}]}',
    b'{"errors": [{"message": "down", "path": ["_entities", 7]}]}',
    b'{"data": 7, "errors": "many"}',
)
FAILURES: tuple[bytes | Exception, ...] = (
    *ANSWERS,
    SubgraphUnreachable("refused"),
    SubgraphTimeout("too slow"),
    SubgraphStatus(500, b"oops"),
    SubgraphStatus(503, b'{"errors": [{"message": "busy"}]}'),
    OSError("a transport's own mistake"),
)


class Faulty(InProcess):
    """`fails` is asked with each request's number, from 0, and its graph."""

    def __init__(
        self, subgraphs: Mapping[str, Subgraph], failure: bytes | Exception, fails: Callable[[int, str], bool]
    ) -> None:
        super().__init__(subgraphs)
        self.failure = failure
        self.fails = fails

    async def fetch(self, graph: str, body: bytes, headers: Mapping[str, str], deadline: float) -> bytes:
        number = len(self.seen)
        answer = await super().fetch(graph, body, headers, deadline)
        if not self.fails(number, graph):
            return answer
        if isinstance(self.failure, Exception):
            raise self.failure
        return self.failure
