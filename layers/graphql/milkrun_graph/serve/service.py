"""What the server has: a GraphQL endpoint and a health check."""

from __future__ import annotations

from collections.abc import Awaitable, Mapping

from milkrun_graph.executor.options import Options
from milkrun_graph.serve.protocol import Answer, Executes, GraphQLOverHttp, HttpOptions, wrong


class Service:
    """Answers HTTP requests by a gateway."""

    def __init__(self, gateway: Executes, options: Options, http: HttpOptions | None = None) -> None:
        self.max_body = options.limits.body_bytes
        self._graphql = GraphQLOverHttp(gateway, options, http or HttpOptions())

    def answer(self, method: str, target: str, headers: Mapping[str, str], body: bytes) -> Awaitable[Answer]:
        path, _, query = target.partition("?")
        if path == "/graphql":
            return self._graphql.answer(method, query, headers, body)
        return self._elsewhere(path, method)

    @staticmethod
    async def _elsewhere(path: str, method: str) -> Answer:
        if path == "/health":
            if method in ("GET", "HEAD"):
                return Answer(200, b'{"status":"ok"}')
            return wrong("only GET and HEAD", 405, b"GET, HEAD")
        return wrong("there are /graphql and /health", 404)


def not_http(message: str, status: int = 400) -> Answer:
    return wrong(message, status)


def failed() -> Answer:
    return wrong("Internal server error", 500)
