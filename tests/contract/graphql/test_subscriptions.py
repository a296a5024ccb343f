"""Subscriptions are part of a schema, and no gateway of ours runs them: it says so, and asks nobody."""

import orjson
from milkrun_graph.executor import Gateway, Request
from milkrun_graph.executor.messages import Response

from tests.support.federation.resolved import Service, Services

TICKING = "type Query { now: Int } type Subscription { tick: Int }"
BOTH = "query Now { now } subscription Tick { tick }"


def services(sdl: str = TICKING) -> Services:
    return Services(clock=Service(sdl, {"now": 7}))


async def ask(of: Services, query: str, name: str | None = None) -> Response:
    return await Gateway(of.supergraph, of).execute(Request(query, operation_name=name))


async def test_a_subscription_is_refused_with_a_reason_and_asks_nobody() -> None:
    made = services()
    response = await ask(made, "subscription { tick }")
    (error,) = orjson.loads(response.body)["errors"]
    assert (response.status, error["extensions"]["code"]) == (400, "OPERATION_NOT_SUPPORTED")
    assert "subscription" in error["message"]
    assert made.asked == []


async def test_a_query_beside_a_subscription_is_answered() -> None:
    made = services()
    assert orjson.loads((await ask(made, BOTH, "Now")).body) == {"data": {"now": 7}}
    assert (await ask(made, BOTH, "Tick")).status == 400


async def test_a_subscription_to_what_no_schema_has_is_not_valid() -> None:
    response = await ask(services("type Query { now: Int }"), "subscription { tick }")
    (error,) = orjson.loads(response.body)["errors"]
    assert (response.status, error["extensions"]["code"]) == (400, "GRAPHQL_VALIDATION_FAILED")
