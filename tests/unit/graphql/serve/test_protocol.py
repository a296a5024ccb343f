"""GraphQL over HTTP: statuses, media types, and what browsers are told."""

from typing import Any

import orjson
import pytest
from milkrun_graph.executor import Claims, Limits, Options, Request, Response
from milkrun_graph.serve.protocol import Answer, Cors, GraphQLOverHttp, HttpOptions

GRAPHQL, JSON = "application/graphql-response+json", "application/json"
TYPED = {"content-type": JSON}
BODY = b'{"query":"{a}"}'
SITE = "https://pages.example"


class Gateway:
    """Answers as it is told, and keeps what it was asked."""

    def __init__(self, response: Response | None = None) -> None:
        self.response = response or Response(b'{"data":{}}')
        self.asked: list[Request] = []

    async def execute(self, request: Request) -> Response:
        self.asked.append(request)
        return self.response


def endpoint(response: Response | None = None, **http: Any) -> GraphQLOverHttp:
    return GraphQLOverHttp(Gateway(response), Options(limits=Limits(body_bytes=100)), HttpOptions(**http))


async def post(of: GraphQLOverHttp, body: bytes = BODY, **headers: str) -> Answer:
    return await of.answer("POST", "", TYPED | {name.replace("_", "-"): value for name, value in headers.items()}, body)


async def get(of: GraphQLOverHttp, query: str = "query=%7Ba%7D", method: str = "GET", **headers: str) -> Answer:
    return await of.answer(method, query, {name.replace("_", "-"): value for name, value in headers.items()}, b"")


def media(answer: Answer) -> str:
    return dict(answer.pairs()).get("content-type", "").partition(";")[0]


@pytest.mark.parametrize(
    ("accept", "expected"),
    [
        ("", JSON), ("*/*", JSON), ("application/*", JSON), (JSON, JSON), (GRAPHQL, GRAPHQL),
        (f"{GRAPHQL}, {JSON};q=0.9", GRAPHQL), (f"{JSON}, {GRAPHQL};q=0.5", JSON), (f"{GRAPHQL};charset=x", GRAPHQL),
        ("text/html", None), (f"{GRAPHQL};q=0", None), (f"{JSON};q=x", None),
    ],
)  # fmt: skip
async def test_the_answer_has_the_best_type_that_the_client_takes(accept: str, expected: str | None) -> None:
    answer = await post(endpoint(), accept=accept)
    assert (answer.status, media(answer)) == ((200, expected) if expected else (406, JSON))


@pytest.mark.parametrize(("status", "as_json"), [(200, 200), (400, 200), (500, 500), (405, 405)])
async def test_a_refused_operation_has_its_status_in_the_newer_type_only(status: int, as_json: int) -> None:
    response = Response(b'{"errors":[]}', status)
    assert (await post(endpoint(response), accept=GRAPHQL)).status == status
    assert (await post(endpoint(response), accept=JSON)).status == as_json


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b'{"query":7}', b'{"query":"{a}","variables":7}'])
async def test_what_is_no_graphql_request_is_400_in_every_type(body: bytes) -> None:
    one = endpoint()
    for accept in (JSON, GRAPHQL):
        answer = await post(one, body, accept=accept)
        assert (answer.status, media(answer)) == (400, accept)
        assert orjson.loads(answer.body)["errors"]


async def test_other_methods_types_and_sizes_are_refused_by_their_statuses() -> None:
    one = endpoint()
    for method in ("PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "get"):
        answer = await get(one, method=method)
        assert (answer.status, answer.allow) == (405, b"POST, GET, HEAD")
    for kind in (
        "",
        "text/plain",
        "application/x-www-form-urlencoded",
        "multipart/form-data",
        f"{JSON};charset=utf-16",
    ):
        assert (await one.answer("POST", "", {"content-type": kind}, BODY)).status == 415
    assert (await post(one, b" " * 101)).status == 413
    assert isinstance(one.gateway, Gateway)
    assert one.gateway.asked == []


async def test_a_get_only_reads_and_may_be_kept_per_type() -> None:
    one = endpoint(Response(b"{}", headers=(("cache-control", "max-age=5"),)))
    answer = await get(one, "query=%7Ba%7D&variables=%7B%22b%22%3A1%7D&operationName=c")
    assert answer.headers == (("cache-control", "max-age=5"), ("vary", "accept"))
    assert isinstance(one.gateway, Gateway)
    (asked,) = one.gateway.asked
    assert (asked.query, asked.variables, asked.operation_name, asked.read_only) == ("{a}", {"b": 1}, "c", True)
    assert (await get(one, method="HEAD")).body == b"{}"
    refused = await get(endpoint(Response(b"{}", 400)), accept=GRAPHQL)
    assert ("cache-control", "no-store") in refused.headers


@pytest.mark.parametrize(
    "query", ["", "query", "query=", "variables={}", "query={a}&variables=[", "query=%ff", "a&" * 20]
)
async def test_a_url_without_a_document_is_400(query: str) -> None:
    assert (await get(endpoint(), query)).status == 400


async def test_a_mutation_by_get_is_405_with_what_is_allowed() -> None:
    answer = await get(endpoint(Response(b"{}", 405)))
    assert (answer.status, answer.allow) == (405, b"POST")


async def test_who_asks_is_handed_on() -> None:
    one, claims = endpoint(), Claims(authenticated=True)
    await one.answer("POST", "", TYPED, BODY, claims=claims)
    assert isinstance(one.gateway, Gateway)
    assert one.gateway.asked[0].claims == claims


async def test_where_preflights_are_required_a_page_cannot_make_a_browser_send_a_get() -> None:
    one = endpoint(require_preflight=True)
    refused = await get(one, content_type="text/plain", apollo_require_preflight="")
    assert refused.status == 400
    assert orjson.loads(refused.body)["errors"][0]["extensions"]["code"] == "CSRF_PREVENTED"
    for header in ({"content_type": JSON}, {"apollo_require_preflight": "1"}, {"graphql_require_preflight": "1"}):
        assert (await get(one, **header)).status == 200
    assert (await post(one)).status == 200


async def test_a_page_of_an_allowed_site_may_ask_and_others_are_told_nothing() -> None:
    one = endpoint(cors=Cors(frozenset({SITE}), credentials=True, exposed=("x-a",)))
    asking = {"access_control_request_method": "POST"}
    preflight = await get(one, method="OPTIONS", origin=SITE, **asking)
    assert (preflight.status, preflight.body) == (204, b"")
    found = dict(preflight.headers)
    assert found["access-control-allow-origin"] == SITE
    assert found["access-control-allow-methods"] == "POST, GET"
    assert "content-type" in found["access-control-allow-headers"]
    answer = dict((await post(one, origin=SITE)).headers)
    assert answer == {
        "vary": "origin", "access-control-allow-origin": SITE, "access-control-allow-credentials": "true",
        "access-control-expose-headers": "x-a",
    }  # fmt: skip
    assert dict((await post(one, b"{", origin=SITE)).headers) == answer
    for other in ("https://evil.example", f"{SITE}.evil.example", "null"):
        assert dict((await post(one, origin=other)).headers) == {"vary": "origin"}
        assert dict((await get(one, method="OPTIONS", origin=other, **asking)).headers) == {"vary": "origin"}
    assert dict((await post(one)).headers) == {"vary": "origin"}


async def test_an_endpoint_for_everyone_says_so_and_has_no_credentials() -> None:
    answer = await post(endpoint(cors=Cors(frozenset("*"))), origin=SITE)
    assert dict(answer.headers) == {"access-control-allow-origin": "*"}
    with pytest.raises(ValueError, match="credentials"):
        Cors(frozenset("*"), credentials=True)
    assert (await get(endpoint(cors=Cors(frozenset("*"))), method="OPTIONS")).allow == b"POST, GET, HEAD, OPTIONS"
