"""Requests come in, and each gets an answer: of GraphQL, of the gateway's health, or a problem."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, replace
from http import HTTPStatus
from typing import Any

import orjson
from milkrun_core.errors import MilkrunError, NotFound, Unavailable
from milkrun_graph.executor import Options, Request, Response
from milkrun_graph.serve.protocol import Cors, GraphQLOverHttp, HttpOptions

from gateway.auth import Tokens
from gateway.domain.errors import AnswerTooLong, TokenRefused
from gateway.events import Incoming, answer, read_event
from gateway.supergraphs import Log, Supergraphs
from gateway.telemetry import TRACE_HEADER, Telemetry
from gateway.usage import Usage

JSON_TYPE, PROBLEM_TYPE = "application/json", "application/problem+json"
REQUEST_ID, CORRELATION_ID = "x-request-id", "x-correlation-id"
RETRY_SECONDS = "1"
FAULT = 500
# A function's answer has 6 MB at most, in which every quotation mark of this text has a stroke before it.
MAX_BODY = 4_500_000
FAILED = "the gateway failed; the fault is logged under the request's correlation id"


@dataclass(frozen=True, slots=True)
class Answer:
    """An HTTP answer; a header's name may come several times."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes


class Front:
    """What answers an event."""

    def __init__(
        self,
        options: Options,
        cors: Cors,
        supergraphs: Supergraphs,
        tokens: Tokens,
        *,
        telemetry: Telemetry,
        usage: Usage,
        log: Log,
    ) -> None:
        self._supergraphs, self._tokens = supergraphs, tokens
        self._telemetry, self._usage, self._log = telemetry, usage, log
        self._cors = cors
        self._graphql = GraphQLOverHttp(self, options, HttpOptions(cors=cors))

    async def answer(self, event: Mapping[str, Any]) -> dict[str, Any]:
        """The answer to a REST API's event, whatever happens."""
        clock = asyncio.get_running_loop().time
        began = clock()
        self._usage.flush_if_due()
        incoming = read_event(event)
        span = self._telemetry.begin(incoming.headers, incoming.correlation_id, began)
        headers = {REQUEST_ID: incoming.correlation_id, **incoming.headers, TRACE_HEADER: span.trace.header}
        given = await self._given(replace(incoming, headers=headers))
        if len(given.body) > MAX_BODY:
            given = problem(AnswerTooLong(f"the answer has {len(given.body)} bytes, {MAX_BODY} at most: ask for less"))
        self._telemetry.end(span, given.status, clock())
        return answer(given.status, (*given.headers, (CORRELATION_ID, incoming.correlation_id)), given.body)

    async def _given(self, incoming: Incoming) -> Answer:
        try:
            return await self._route(incoming)
        except MilkrunError as error:
            given = problem(error)
            say = self._log.error if given.status >= FAULT else self._log.info
            facts = {"error": error.code, "reason": error.message, "correlation_id": incoming.correlation_id}
            say("request failed" if given.status >= FAULT else "request refused", extra={**facts, **error.details})
        except Exception as error:  # noqa: BLE001 - the client gets an answer, and the log the reason
            facts = {"error": "InternalError", "reason": repr(error), "correlation_id": incoming.correlation_id}
            self._log.error("request failed", extra=facts, exc_info=error)
            given = problem(MilkrunError(FAILED))
        return Answer(given.status, (*given.headers, *self._cors.answered(incoming.headers.get("origin"))), given.body)

    async def _route(self, incoming: Incoming) -> Answer:
        if incoming.path == "/graphql":
            return await self._answer_graphql(incoming)
        if incoming.path == "/health":
            return await self._health()
        raise NotFound(f"no route for {incoming.method} {incoming.path}")

    async def _answer_graphql(self, incoming: Incoming) -> Answer:
        given = await self._graphql.answer(incoming.method, incoming.query, incoming.headers, incoming.body())
        return Answer(given.status, given.pairs(), given.body)

    async def _health(self) -> Answer:
        """200 with what is served; 503 while nothing is."""
        served = (await self._supergraphs.serving()).reference
        body = {"status": "ok", "generation": served.generation, "supergraph": served.digest}
        return Answer(200, (("content-type", JSON_TYPE), ("cache-control", "no-store")), orjson.dumps(body))

    async def execute(self, request: Request) -> Response:
        """Answer one operation by the supergraph of this moment.  Raises TokenRefused, Unavailable."""
        request.claims = await self._tokens.claims(request.headers.get("authorization", ""))
        served = await self._supergraphs.serving()
        return await served.engine.execute(request)


def problem(error: MilkrunError) -> Answer:
    """The answer that an error deserves."""
    headers = [("content-type", PROBLEM_TYPE), ("cache-control", "no-store")]
    told = error.as_problem()
    if isinstance(error, TokenRefused):
        told |= {"status": int(HTTPStatus.UNAUTHORIZED), "title": HTTPStatus.UNAUTHORIZED.phrase}
        said = error.message.replace('"', "'")
        headers.append(("www-authenticate", f'Bearer realm="imdb", error="invalid_token", error_description="{said}"'))
    if isinstance(error, Unavailable):
        headers.append(("retry-after", RETRY_SECONDS))
    return Answer(told["status"], tuple(headers), orjson.dumps(told, default=str))
