"""Steady traffic at every cell, and the record of what each request came to."""

import asyncio
import itertools
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import aiohttp

from milkrun.demo.orders import orders
from milkrun.local.names import LocalhostResolver

TIMEOUT_SECONDS = 20
# So many requests of a cell may be on their way: enough to hurt a sick cell, too few to drown a small machine.
IN_FLIGHT = 6
CREATED = 201


@dataclass(frozen=True)
class Answer:
    """One request: when it was sent and answered (seconds since the epoch), by which cell, and with what."""

    cell: str
    sent: float
    answered: float
    status: int
    problem: str = ""

    @property
    def ok(self) -> bool:
        return self.status == CREATED


@dataclass(frozen=True)
class Load:
    """What one cell is asked: packing plans for the FCs that it owns, so many a second."""

    cell: str
    url: str
    fcs: tuple[str, ...]


class Traffic:
    """Runs in a thread of its own, so that the caller may block on a release."""

    def __init__(self, loads: tuple[Load, ...], per_second: float, seed: int) -> None:
        self._loads = loads
        self._pause = 1 / per_second
        self._seed = seed
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
            for number, load in enumerate(self._loads):
                group.create_task(self._feed(session, load, self._seed + number))

    async def _feed(self, session: aiohttp.ClientSession, load: Load, seed: int) -> None:
        fcs = itertools.cycle(load.fcs)
        free = asyncio.Semaphore(IN_FLIGHT)
        source = orders(seed, f"demo-{int(time.time())}-{load.cell}")
        async with asyncio.TaskGroup() as group:
            due = time.monotonic()
            while not self._stop.is_set():
                await free.acquire()
                url = f"{load.url}/fcs/{next(fcs)}/packing-plans"
                asked = group.create_task(self._ask(session, load.cell, url, next(source)))
                asked.add_done_callback(lambda _: free.release())
                # Against the clock, not against the answer: a slower answer does not make it less traffic.
                due = max(due + self._pause, time.monotonic() - 1)
                await asyncio.sleep(max(0, due - time.monotonic()))

    async def _ask(self, session: aiohttp.ClientSession, cell: str, url: str, order: Mapping[str, Any]) -> None:
        sent = time.time()
        status, problem = 0, ""
        try:
            async with session.post(url, json=order) as response:
                status = response.status
                problem = "" if status == CREATED else (await response.text())[:300]
        except (aiohttp.ClientError, TimeoutError) as error:
            problem = f"{type(error).__name__}: {error}"
        self._answers.append(Answer(cell, sent, time.time(), status, problem))
