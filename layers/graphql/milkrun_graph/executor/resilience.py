"""Transports around a transport: breakers, retries.  Each adds one thing, and what is not wrapped pays nothing.

Sharing(Retrying(Breaking(transports)))
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from random import random
from typing import Any

from milkrun_graph.executor.breaker import Breaker, BreakerPolicy
from milkrun_graph.executor.transport import (
    SubgraphCircuitOpen,
    SubgraphDisconnected,
    SubgraphFailed,
    SubgraphUnreachable,
    Transport,
    failing,
    reads,
    start,
)


class Breaking:
    """Asks a subgraph no more while its breaker is open: such fetches fail at once with SubgraphCircuitOpen."""

    def __init__(
        self,
        transport: Transport,
        policy: BreakerPolicy | None = None,
        policies: Mapping[str, BreakerPolicy] | None = None,
        clock: Callable[[], float] | None = None,
    ) -> None:
        """``policies``: by subgraph, where ``policy`` does not fit.  ``clock``: the running loop's if none is given."""
        self._fetch = transport.fetch
        self._policy, self._policies = policy or BreakerPolicy(), policies or {}
        self._clock = clock
        self._breakers: dict[str, Breaker] = {}

    def breaker(self, graph: str) -> Breaker:
        found = self._breakers.get(graph)
        if found is None:
            found = self._breakers[graph] = Breaker(self._policies.get(graph, self._policy))
        return found

    def fetch(self, graph: str, body: bytes, headers: Mapping[str, str], deadline: float) -> asyncio.Future[bytes]:
        loop = asyncio.get_running_loop()
        clock = self._clock or loop.time
        breaker = self.breaker(graph)
        permit = breaker.permit(clock())
        if permit is None:
            return failing(SubgraphCircuitOpen(f"the breaker of subgraph {graph!r} is open"))
        try:
            future = start(self._fetch, graph, body, headers, deadline)
        except BaseException:
            breaker.failed(permit, clock())
            raise

        def ended(future: asyncio.Future[bytes]) -> None:
            if future.cancelled():
                if loop.time() < deadline:
                    breaker.gave_up(permit)
                else:
                    breaker.failed(permit, clock())
            elif _speaks_for(future.exception()):
                breaker.succeeded(permit, clock())
            else:
                breaker.failed(permit, clock())

        future.add_done_callback(ended)
        return future


def _speaks_for(error: BaseException | None) -> bool:
    """Whether what came speaks for the subgraph."""
    return error is None or (isinstance(error, SubgraphFailed) and not error.unhealthy)


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """How often what changes nothing is asked again after a failure that may pass.

    Retries spend a budget that every first call pays ``share`` into, up to ``reserve``, with which it starts: where
    everything fails, retries add that share to the load and no more.  Each pause is random, up to ``pause_seconds``
    doubled with every attempt.
    """

    attempts: int = 2
    share: float = 0.1
    reserve: float = 10.0
    pause_seconds: float = 0.05


class Retrying:
    """Asks again, within the deadline; never what may change something."""

    def __init__(
        self, transport: Transport, policy: RetryPolicy | None = None, chance: Callable[[], float] = random
    ) -> None:
        """``chance`` gives numbers from 0 up to 1."""
        self.transport = transport
        self.policy, self.chance = policy or RetryPolicy(), chance
        self._budgets: dict[str, float] = {}

    def fetch(self, graph: str, body: bytes, headers: Mapping[str, str], deadline: float) -> asyncio.Future[bytes]:
        if not reads(body):
            return start(self.transport.fetch, graph, body, headers, deadline)
        policy = self.policy
        budget = self._budgets.get(graph, policy.reserve)
        if budget < policy.reserve:
            budget += policy.share
        self._budgets[graph] = budget
        return _Attempts(self, (graph, body, headers, deadline))

    def spend(self, graph: str) -> bool:
        """Whether the subgraph's budget has a retry left; if so, it is spent."""
        if self._budgets[graph] < 1:
            return False
        self._budgets[graph] -= 1
        return True


class _Attempts(asyncio.Future[bytes]):
    """A fetch, however many attempts it takes."""

    __slots__ = ("_attempt", "_call", "_clock", "_made", "_pause", "_retrying")

    def __init__(self, retrying: Retrying, call: tuple[str, bytes, Mapping[str, str], float]) -> None:
        loop = asyncio.get_running_loop()
        super().__init__(loop=loop)
        self._retrying, self._call, self._clock = retrying, call, loop
        self._made = 0
        self._attempt: asyncio.Future[bytes] | None = None
        self._pause: asyncio.TimerHandle | None = None
        self._begin()

    def cancel(self, msg: Any | None = None) -> bool:
        if self.done():
            return False
        if self._pause is not None:
            self._pause.cancel()
        if self._attempt is not None:
            self._attempt.cancel(msg)
        return super().cancel(msg)

    def _begin(self) -> None:
        self._made += 1
        self._pause = None
        try:
            self._attempt = start(self._retrying.transport.fetch, *self._call)
        except Exception as error:  # noqa: BLE001 - whoever awaits this hears of it
            self.set_exception(error)
        else:
            self._attempt.add_done_callback(self._ended)

    def _ended(self, attempt: asyncio.Future[bytes]) -> None:
        if self.done():
            return
        if attempt.cancelled():
            super().cancel()
        elif (error := attempt.exception()) is None:
            self.set_result(attempt.result())
        elif not self._again(error):
            self.set_exception(_final(error))

    def _again(self, error: BaseException) -> bool:
        policy = self._retrying.policy
        if self._made >= policy.attempts or not (isinstance(error, SubgraphFailed) and error.transient):
            return False
        pause = self._retrying.chance() * policy.pause_seconds * 2 ** (self._made - 1)
        if isinstance(error, SubgraphDisconnected):
            pause = 0.0  # it says nothing about load
        if self._clock.time() + pause >= self._call[3] or not self._retrying.spend(self._call[0]):
            return False
        self._pause = self._clock.call_later(pause, self._begin)
        return True


def _final(error: BaseException) -> BaseException:
    """What the executor must not take for a reason to ask once more."""
    return SubgraphUnreachable(*error.args) if isinstance(error, SubgraphDisconnected) else error
