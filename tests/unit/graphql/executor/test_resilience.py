"""Retries, breakers and shared calls around a transport that does as it is told."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import orjson
import pytest
from milkrun_graph.executor import Gateway, Request
from milkrun_graph.executor.breaker import BreakerPolicy
from milkrun_graph.executor.resilience import Breaking, Retrying, RetryPolicy
from milkrun_graph.executor.sharing import Sharing
from milkrun_graph.executor.transport import (
    Listening,
    SubgraphCircuitOpen,
    SubgraphDisconnected,
    SubgraphFailed,
    SubgraphStatus,
    SubgraphThrottled,
    SubgraphTimeout,
    SubgraphUnreachable,
    Transport,
)

from tests.support.gateways import SUPERGRAPH, codes

QUERY = b'{"query":"{a}","variables":{}}'
MUTATION = b'{"query":"mutation{a}","variables":{}}'
PASSING = [
    SubgraphDisconnected("x"), SubgraphUnreachable("x"), SubgraphThrottled("x"), SubgraphStatus(502, b""),
    SubgraphStatus(503, b""), SubgraphStatus(504, b""),
]  # fmt: skip


@dataclass
class Subgraph:
    """Gives each answer in turn, the last one for ever; waits for ``gate`` before."""

    answers: list[bytes | Exception]
    gate: asyncio.Event | None = None
    asked: list[Mapping[str, str]] = field(default_factory=list)

    async def fetch(self, graph: str, body: bytes, headers: Mapping[str, str], deadline: float) -> bytes:  # noqa: ARG002 - it answers as it is told
        self.asked.append(headers)
        if self.gate is not None:
            await self.gate.wait()
        if isinstance(headers, Listening):
            headers.heard(graph, [("x", "1")])
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, Exception):
            raise answer
        return answer


async def fetch(transport: Transport, body: bytes = QUERY, seconds: float = 5.0, **headers: str) -> bytes:
    given = {name.replace("_", "-"): value for name, value in headers.items()}
    return await transport.fetch("one", body, given, asyncio.get_running_loop().time() + seconds)


async def settle() -> None:
    """Let everything go on that waits for nothing but its turn."""
    for _ in range(20):
        await asyncio.sleep(0)


def soon(**more: Any) -> RetryPolicy:
    return RetryPolicy(**({"pause_seconds": 0.001} | more))


@pytest.mark.parametrize("error", PASSING, ids=str)
async def test_a_query_is_asked_once_more_after_what_may_pass(error: SubgraphFailed) -> None:
    subgraph = Subgraph([error, b"answer"])
    assert await fetch(Retrying(subgraph, soon())) == b"answer"
    assert len(subgraph.asked) == 2


@pytest.mark.parametrize("error", PASSING, ids=str)
async def test_a_mutation_is_asked_once(error: SubgraphFailed) -> None:
    subgraph = Subgraph([error, b"answer"])
    with pytest.raises(SubgraphFailed):
        await fetch(Retrying(subgraph, soon()), MUTATION)
    assert len(subgraph.asked) == 1


@pytest.mark.parametrize(
    "error", [SubgraphTimeout("x"), SubgraphStatus(500, b""), SubgraphStatus(404, b""), KeyError()]
)
async def test_what_will_not_pass_is_not_asked_again(error: Exception) -> None:
    subgraph = Subgraph([error, b"answer"])
    with pytest.raises(type(error)):
        await fetch(Retrying(subgraph, soon()))
    assert len(subgraph.asked) == 1


async def test_attempts_are_bounded_and_the_executor_is_told_not_to_go_on() -> None:
    subgraph = Subgraph([SubgraphDisconnected("gone")])
    with pytest.raises(SubgraphUnreachable, match="gone") as failed:
        await fetch(Retrying(subgraph, soon(attempts=3)))
    assert not isinstance(failed.value, SubgraphDisconnected)
    assert len(subgraph.asked) == 3


async def test_retries_add_no_more_than_their_share_to_the_load() -> None:
    subgraph = Subgraph([SubgraphUnreachable("x")])
    retrying = Retrying(subgraph, soon(share=0.1, reserve=5))
    for _ in range(200):
        with pytest.raises(SubgraphUnreachable):
            await fetch(retrying)
    assert 200 + 20 <= len(subgraph.asked) <= 200 + 25


async def test_a_pause_that_would_miss_the_deadline_is_not_made() -> None:
    subgraph = Subgraph([SubgraphThrottled("x"), b"answer"])
    with pytest.raises(SubgraphThrottled):
        await fetch(Retrying(subgraph, RetryPolicy(pause_seconds=10), chance=lambda: 0.9), seconds=1)
    assert len(subgraph.asked) == 1


async def test_who_gives_up_during_a_pause_or_a_call_ends_it() -> None:
    subgraph = Subgraph([SubgraphThrottled("x"), b"answer"], gate=asyncio.Event())
    retrying = Retrying(subgraph, RetryPolicy(pause_seconds=1), chance=lambda: 0.5)
    asking = asyncio.ensure_future(fetch(retrying))
    await settle()
    asking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asking
    assert subgraph.gate is not None
    subgraph.gate.set()
    pausing = asyncio.ensure_future(fetch(retrying))
    await settle()
    pausing.cancel()
    with pytest.raises(asyncio.CancelledError):
        await pausing
    assert len(subgraph.asked) == 2


@pytest.mark.parametrize("wrap", [Retrying, Breaking, Sharing])
async def test_a_transport_that_forgets_its_deadline_does_not_make_a_request_hang(wrap: Any) -> None:
    subgraph = Subgraph([b"never"], gate=asyncio.Event())
    with pytest.raises((asyncio.CancelledError, SubgraphTimeout)):
        await asyncio.wait_for(fetch(wrap(subgraph), seconds=0.01), 5)


class Clock:
    """Stands still until told."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


async def test_a_subgraph_that_fails_is_left_alone_for_a_while() -> None:
    clock, subgraph = Clock(), Subgraph([*[SubgraphTimeout("x")] * 3, b"answer"])
    breaking = Breaking(subgraph, BreakerPolicy(minimum_calls=3, open_seconds=5), clock=clock)
    for _ in range(3):
        with pytest.raises(SubgraphTimeout):
            await fetch(breaking)
    with pytest.raises(SubgraphCircuitOpen):
        await fetch(breaking)
    assert len(subgraph.asked) == 3
    clock.now = 5
    assert await fetch(breaking) == await fetch(breaking) == b"answer"


async def test_what_is_the_requests_own_fault_does_not_open_a_breaker() -> None:
    subgraph = Subgraph([SubgraphStatus(400, b"")])
    breaking = Breaking(subgraph, BreakerPolicy(minimum_calls=2))
    for _ in range(10):
        with pytest.raises(SubgraphStatus):
            await fetch(breaking)


async def test_each_subgraph_has_a_breaker_of_its_own() -> None:
    breaking = Breaking(Subgraph([SubgraphTimeout("x")]), policies={"one": BreakerPolicy(minimum_calls=1)})
    with pytest.raises(SubgraphTimeout):
        await fetch(breaking)
    with pytest.raises(SubgraphCircuitOpen):
        await fetch(breaking)
    with pytest.raises(SubgraphTimeout):
        await breaking.fetch("two", QUERY, {}, asyncio.get_running_loop().time() + 1)


async def test_an_open_breaker_is_an_error_with_a_code_of_its_own_and_the_rest_is_answered() -> None:
    subgraph = Subgraph([SubgraphTimeout("x")])
    gateway = Gateway(SUPERGRAPH, Breaking(subgraph, BreakerPolicy(minimum_calls=1)))
    request = Request("{ __typename person(id: 1) { name } }")
    answers = [orjson.loads((await gateway.execute(request)).body) for _ in range(2)]
    assert [codes(answer) for answer in answers] == [["SUBREQUEST_TIMEOUT"], ["SUBGRAPH_CIRCUIT_OPEN"]]
    assert answers[1]["data"] == {"__typename": "Query", "person": None}


async def test_identical_queries_in_flight_are_one_call() -> None:
    subgraph = Subgraph([b"answer"], gate=asyncio.Event())
    sharing = Sharing(subgraph)
    asking = [asyncio.ensure_future(fetch(sharing, x_request_id=str(at))) for at in range(5)]
    await settle()
    assert subgraph.gate is not None
    subgraph.gate.set()
    assert await asyncio.gather(*asking) == [b"answer"] * 5
    assert len(subgraph.asked) == 1
    assert await fetch(sharing) == b"answer"
    assert len(subgraph.asked) == 2


async def test_what_differs_or_changes_something_is_not_shared() -> None:
    subgraph = Subgraph([b"answer"])
    sharing = Sharing(subgraph)
    await asyncio.gather(
        fetch(sharing), fetch(sharing, authorization="ann"), fetch(sharing, b"{}"), fetch(sharing, MUTATION),
        fetch(sharing, MUTATION),
    )  # fmt: skip
    assert len(subgraph.asked) == 5


async def test_who_gives_up_takes_nothing_from_the_others() -> None:
    subgraph = Subgraph([b"answer"], gate=asyncio.Event())
    sharing = Sharing(subgraph)
    owner, *others = [asyncio.ensure_future(fetch(sharing)) for _ in range(4)]
    await settle()
    owner.cancel()
    others[2].cancel()
    await settle()
    assert subgraph.gate is not None
    subgraph.gate.set()
    assert await asyncio.gather(*others[:2]) == [b"answer"] * 2
    assert len(subgraph.asked) == 2


async def test_a_failure_is_shared_and_not_a_timeout_of_who_came_first() -> None:
    gate = asyncio.Event()
    subgraph = Subgraph([SubgraphTimeout("x"), b"answer"], gate=gate)
    sharing = Sharing(subgraph)
    asking = [asyncio.ensure_future(fetch(sharing)) for _ in range(3)]
    await settle()
    gate.set()
    found = await asyncio.gather(*asking, return_exceptions=True)
    assert [str(each) for each in found] == ["x", "b'answer'", "b'answer'"]
    gate.clear()
    subgraph.answers[:] = [SubgraphThrottled("busy")]
    asking = [asyncio.ensure_future(fetch(sharing)) for _ in range(3)]
    await settle()
    gate.set()
    found = await asyncio.gather(*asking, return_exceptions=True)
    assert [str(each) for each in found] == ["busy"] * 3
    assert len(subgraph.asked) == 3


async def test_everyone_hears_the_headers_of_a_shared_answer() -> None:
    heard: list[int] = []
    sharing = Sharing(Subgraph([b"answer"]))

    async def listen(at: int) -> None:
        deadline = asyncio.get_running_loop().time() + 5
        await sharing.fetch("one", QUERY, Listening({}, lambda _graph, _pairs: heard.append(at)), deadline)

    await asyncio.gather(*(listen(at) for at in range(3)))
    assert sorted(heard) == [0, 1, 2]


async def test_all_of_them_together() -> None:
    subgraph = Subgraph([SubgraphThrottled("x"), b"answer"])
    transport = Sharing(Retrying(Breaking(subgraph), soon()))
    assert await asyncio.gather(*(fetch(transport) for _ in range(3))) == [b"answer"] * 3
    assert len(subgraph.asked) == 2
