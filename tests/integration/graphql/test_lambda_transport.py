"""Functions as subgraphs, over a real socket: what is sent, that it is signed, and what becomes of each answer."""

import asyncio
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import orjson
import pytest
from aiohttp import web
from milkrun_graph.executor import Gateway, Request
from milkrun_graph.executor.invocation import FunctionFailed, LambdaAccess, LambdaRefused, LambdaTransport
from milkrun_graph.executor.sigv4 import Credentials, Signer
from milkrun_graph.executor.transport import Listening, SubgraphThrottled, SubgraphUnreachable
from milkrun_graph.executor.transports import Transports

from tests.support.gateways import SUPERGRAPH, ratings, titles

KEYS = Credentials("AKIDEXAMPLE", "secret", "a token")
PEOPLE = {"data": {"people": [{"name": "Ann", "knownFor": [{"__typename": "Title", "id": "t1"}]}]}}
NOW = 1_440_938_160.0

type Answer = Callable[[dict[str, Any]], web.Response]


@dataclass
class Endpoint:
    """The Invoke API: every function by its name; it checks signatures as AWS does."""

    functions: dict[str, Answer]
    address: str = ""
    seen: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    traces: list[str | None] = field(default_factory=list)

    async def invoke(self, request: web.Request) -> web.Response:
        body = await request.read()
        assert request.headers["authorization"] == self._expected(request, body)
        function = request.match_info["function"]
        self.seen.append((function, orjson.loads(body)))
        self.traces.append(request.headers.get("x-amzn-trace-id"))
        return self.functions[function](orjson.loads(body))

    @staticmethod
    def _expected(request: web.Request, body: bytes) -> str:
        assert request.headers["x-amz-security-token"] == KEYS.token
        assert re.fullmatch(r"20150830T\d{6}Z", request.headers["x-amz-date"])
        signer = Signer(KEYS, "eu-west-1", "lambda")
        return signer.sign("POST", request.rel_url.raw_path, "", {"host": request.headers["host"]}, body, now=NOW)[
            "authorization"
        ]


@asynccontextmanager
async def functions(**answers: Answer) -> AsyncIterator[tuple[LambdaTransport, Endpoint]]:
    """A transport to an endpoint that has these functions."""
    endpoint = Endpoint(answers)
    app = web.Application()
    app.router.add_post("/2015-03-31/functions/{function}/invocations", endpoint.invoke)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    endpoint.address = f"http://127.0.0.1:{runner.addresses[0][1]}"
    transport = LambdaTransport(LambdaAccess(KEYS, "eu-west-1", endpoint.address), clock=lambda: NOW)
    try:
        yield transport, endpoint
    finally:
        transport.close()
        await runner.cleanup()


def returns(value: Any) -> Answer:
    return lambda _: web.Response(body=orjson.dumps(value))


def fetch(transport: LambdaTransport, headers: dict[str, str] | None = None) -> Awaitable[bytes]:
    deadline = asyncio.get_running_loop().time() + 5
    return transport.fetch("one", b'{"query":"{a}","variables":{}}', {} if headers is None else headers, deadline)


async def test_a_function_gets_the_request_and_the_headers_and_what_it_returns_is_the_answer() -> None:
    async with functions(people=returns({"data": {"a": 1}})) as (transport, endpoint):
        transport.add("one", "lambda:people")
        sent = {"x-request-id": "7", "x-amzn-trace-id": "Root=1-x"}
        assert await fetch(transport, sent) == b'{"data":{"a":1}}'
        assert endpoint.seen == [("people", {"graphql": {"query": "{a}", "variables": {}}, "headers": sent})]
        assert endpoint.traces == ["Root=1-x"]


@pytest.mark.parametrize(
    "function",
    ["people", "people:live", "arn:aws:lambda:eu-west-1:444444444444:function:people:7", "444444444444:people"],
)
async def test_a_function_is_found_by_name_or_arn_and_by_its_alias(function: str) -> None:
    async with functions(**{function: returns({"data": None})}) as (transport, endpoint):
        transport.add("one", f"lambda:{function}")
        await fetch(transport)
        assert [name for name, _ in endpoint.seen] == [function]


async def test_a_functions_error_is_for_the_log() -> None:
    def fails(_: Any) -> web.Response:
        error = {"errorMessage": "no such table", "errorType": "KeyError"}
        return web.Response(body=orjson.dumps(error), headers={"X-Amz-Function-Error": "Unhandled"})

    async with functions(people=fails) as (transport, _):
        transport.add("one", "lambda:people")
        with pytest.raises(FunctionFailed, match=r"unhandled: .*no such table") as failed:
            await fetch(transport)
        assert "table" not in failed.value.told
        assert not failed.value.transient


@pytest.mark.parametrize(
    ("status", "kind", "error", "transient"),
    [
        (429, "TooManyRequestsException", SubgraphThrottled, True),
        (500, "ServiceException", LambdaRefused, True),
        (502, "EC2ThrottledException", LambdaRefused, True),
        (403, "AccessDeniedException", LambdaRefused, False),
        (404, "ResourceNotFoundException", LambdaRefused, False),
        (413, "RequestTooLargeException", LambdaRefused, False),
    ],
)
async def test_what_lambda_itself_refuses_is_a_failure_that_says_whether_to_ask_again(
    status: int, kind: str, error: type[Exception], transient: bool
) -> None:
    def refuses(_: Any) -> web.Response:
        return web.Response(status=status, body=b'{"Message":"why"}', headers={"x-amzn-ErrorType": kind})

    async with functions(people=refuses) as (transport, _):
        transport.add("one", "lambda:people")
        with pytest.raises(error, match="why") as failed:
            await fetch(transport)
        assert getattr(failed.value, "transient") is transient  # noqa: B009 - the class is a parameter


async def test_headers_of_what_a_function_returns_are_heard() -> None:
    answer = {"data": {}, "headers": {"Cache-Control": "max-age=5", "set-cookie": ["a=1", "b=2"], "x": 7}}
    heard: list[Any] = []
    async with functions(people=returns(answer)) as (transport, _):
        transport.add("one", "lambda:people")
        await fetch(transport, Listening({}, lambda graph, pairs: heard.append((graph, list(pairs)))))
    assert heard == [("one", [("cache-control", "max-age=5"), ("set-cookie", "a=1"), ("set-cookie", "b=2")])]


async def test_a_gateway_asks_functions_and_servers_side_by_side() -> None:
    def of(answer: Callable[[dict[str, Any]], Any]) -> Answer:
        return lambda event: web.Response(body=orjson.dumps(answer(event["graphql"])))

    async with functions(people=returns(PEOPLE), titles=of(titles), ratings=of(ratings)) as (lambdas, endpoint):
        transports = Transports({"lambda": lambdas})
        gateway = Gateway(SUPERGRAPH, transports)
        for graph in gateway.tables.graphs.values():
            transports.add(graph.name, f"lambda:{graph.name}")
        response = await gateway.execute(Request("{ people { name knownFor { name stars } } }"))
        assert orjson.loads(response.body) == {
            "data": {"people": [{"name": "Ann", "knownFor": [{"name": "name of t1", "stars": 4.5}]}]}
        }
        assert sorted(name for name, _ in endpoint.seen) == ["people", "ratings", "titles"]


@pytest.mark.parametrize(
    "url",
    ["lambda:", "lambda: x", "http://x", "lambda:a/b", "lambda:arn:aws:s3:::x", "lambda:arn:aws:lambda::1:function:x"],
)
def test_what_names_no_function_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match="not a function"):
        LambdaTransport(LambdaAccess(KEYS, "eu-west-1")).add("one", url)


async def test_a_subgraph_without_an_address_is_unreachable() -> None:
    transports = Transports({"lambda": LambdaTransport(LambdaAccess(KEYS, "eu-west-1"))})
    transports.add("one", "")
    with pytest.raises(SubgraphUnreachable):
        await transports.fetch("one", b"{}", {}, 1e9)
    with pytest.raises(ValueError, match="begins with none of lambda"):
        transports.add("one", "gopher://x")


def test_access_comes_from_the_environment_and_what_is_missing_is_named() -> None:
    environment = {
        "AWS_ACCESS_KEY_ID": "a", "AWS_SECRET_ACCESS_KEY": "s", "AWS_SESSION_TOKEN": "t", "AWS_REGION": "us-west-2"
    }  # fmt: skip
    assert LambdaAccess.from_environment(environment) == LambdaAccess(Credentials("a", "s", "t"), "us-west-2")
    near = environment | {"AWS_ENDPOINT_URL": "http://all", "AWS_ENDPOINT_URL_LAMBDA": "http://one"}
    assert LambdaAccess.from_environment(near).endpoint == "http://one"
    with pytest.raises(ValueError, match="AWS_SECRET_ACCESS_KEY"):
        LambdaAccess.from_environment({"AWS_ACCESS_KEY_ID": "a", "AWS_REGION": "us-west-2"})
    with pytest.raises(ValueError, match="AWS_REGION"):
        LambdaAccess.from_environment({"AWS_ACCESS_KEY_ID": "a", "AWS_SECRET_ACCESS_KEY": "s"})
