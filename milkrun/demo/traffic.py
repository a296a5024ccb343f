"""Steady traffic at several places at once, and the record of what each request came to."""

import asyncio
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import aiohttp

from milkrun.local.names import LocalhostResolver

TIMEOUT_SECONDS = 20
# So many requests of a place may be on their way: enough to hurt a sick one, too few to drown a small machine.
IN_FLIGHT = 6
PROBLEM_LENGTH = 300


@dataclass(frozen=True)
class Answer:
    """One request: when it was sent and answered (seconds since the epoch), at which place, and what was wrong."""

    place: str
    sent: float
    answered: float
    problem: str = ""

    @property
    def ok(self) -> bool:
        return not self.problem


@dataclass(frozen=True)
class Ask:
    """One request: JSON to be posted."""

    url: str
    body: Mapping[str, Any]


@dataclass(frozen=True)
class Load:
    """What one place is asked.  ``fault`` says what is wrong with a status and a body: nothing, if all is well."""

    place: str
    asks: Iterator[Ask]
    fault: Callable[[int, str], str]


class Traffic:
    """Runs in a thread of its own, so that the caller may block on a release."""

    def __init__(self, loads: tuple[Load, ...], per_second: float) -> None:
        self._loads = loads
        self._pause = 1 / per_second
        self._stop = threading.Event()
        self._answers: list[Answer] = []

    @property
    def answers(self) -> tuple[Answer, ...]:
        """Everything answered so far."""
        return tuple(self._answers)

    @contextmanager
    def running(self) -> Iterator["Traffic"]:
        """Send until the block ends, then wait for what is on its way."""
        thread = threading.Thread(target=lambda: asyncio.run(self._run()), name="traffic", daemon=True)
        thread.start()
        try:
            yield self
        finally:
            self._stop.set()
            thread.join(timeout=TIMEOUT_SECONDS + 5)

    async def _run(self) -> None:
        connector = aiohttp.TCPConnector(resolver=LocalhostResolver(), limit=64)
        timeout = aiohttp.ClientTimeout(total=TIMEOUT_SECONDS)
        async with aiohttp.ClientSession(connector=connector, timeout=timeout) as session, asyncio.TaskGroup() as group:
            for load in self._loads:
                group.create_task(self._feed(session, load))

    async def _feed(self, session: aiohttp.ClientSession, load: Load) -> None:
        free = asyncio.Semaphore(IN_FLIGHT)
        async with asyncio.TaskGroup() as group:
            due = time.monotonic()
            while not self._stop.is_set():
                await free.acquire()
                asked = group.create_task(self._ask(session, load, next(load.asks)))
                asked.add_done_callback(lambda _: free.release())
                # Against the clock, not against the answer: a slower answer does not make it less traffic.
                due = max(due + self._pause, time.monotonic() - 1)
                await asyncio.sleep(max(0, due - time.monotonic()))

    async def _ask(self, session: aiohttp.ClientSession, load: Load, ask: Ask) -> None:
        sent = time.time()
        try:
            async with session.post(ask.url, json=ask.body) as response:
                problem = load.fault(response.status, await response.text())
        except (aiohttp.ClientError, TimeoutError) as error:
            problem = f"{type(error).__name__}: {error}"
        self._answers.append(Answer(load.place, sent, time.time(), problem[:PROBLEM_LENGTH]))
