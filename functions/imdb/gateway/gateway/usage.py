"""Tells the registry which operations clients ask, so that no schema breaks one of them.

Batches go to its queue beside the requests.  What is counted when a Lambda environment ends is lost with it: the last
seconds of its traffic at most, and a count that is a little low never lets a schema through that would break a client,
because one request is as good as many.
"""

import asyncio
import time
from collections import deque
from collections.abc import Callable
from secrets import token_hex
from typing import Any, Protocol

import orjson

from gateway.calls import Reply
from gateway.domain.errors import AwsRefused
from gateway.domain.usage import Tally, messages
from gateway.supergraphs import Log

SEND_SECONDS = 3.0
# Messages that wait for a queue that is away; then the oldest go.
MAX_WAITING = 20
_OK = 200
_PROTOCOL = {"content-type": "application/x-amz-json-1.0", "x-amz-target": "AmazonSQS.SendMessage"}


class Send(Protocol):
    """Puts a message into the registry's queue.  Raises Unavailable."""

    async def __call__(self, message: bytes) -> None: ...


class Caller(Protocol):
    """Signed calls to SQS."""

    async def call(self, method: str, path: str, seconds: float, headers: dict[str, str], body: bytes) -> Reply: ...


class UsageQueue:
    """The queue over SQS's JSON protocol."""

    def __init__(self, sqs: Caller, url: str) -> None:
        self._sqs, self._url = sqs, url

    async def __call__(self, message: bytes) -> None:
        body = orjson.dumps({"QueueUrl": self._url, "MessageBody": message.decode()})
        reply = await self._sqs.call("POST", "/", SEND_SECONDS, _PROTOCOL, body)
        if reply.status != _OK:
            raise reply.refusal("the registry's usage queue")


class Usage:
    """Counts, and now and then tells."""

    def __init__(
        self,
        send: Send,
        log: Log,
        every: float,
        told: Callable[[Tally], None] = lambda _: None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        """``every``: seconds between two batches.  ``told`` hears of each tally when it is closed."""
        self._send, self._log, self._every, self._told, self._clock = send, log, every, told, clock
        self._waiting: deque[dict[str, Any]] = deque()
        self._task: asyncio.Task[None] | None = None
        self._next = clock() + every
        self.tally = Tally(clock())

    def flush_if_due(self) -> None:
        """Begin to tell what was counted, if it is time; never waits."""
        if self._task is None and self._clock() >= self._next and (self.tally or self._waiting):
            self._task = asyncio.create_task(self._flush())

    async def finish(self) -> None:
        """Wait for what is being told."""
        if self._task is not None:
            await self._task

    async def _flush(self) -> None:
        try:
            self._close()
            while self._waiting:
                await self._send(orjson.dumps(self._waiting[0]))
                self._waiting.popleft()
        except AwsRefused as error:
            self._log.error("usage not told yet", extra={"reason": error.message, "waiting": len(self._waiting)})
        except Exception as error:  # noqa: BLE001 - counting must never be what fails
            self._log.error("usage not told", extra={"reason": repr(error), "lost": len(self._waiting)})
            self._waiting.clear()
        finally:
            self._next = self._clock() + self._every
            self._task = None

    def _close(self) -> None:
        tally, now = self.tally, self._clock()
        if not tally:
            return
        self.tally = Tally(now)
        self._told(tally)
        self._waiting.extend(messages(tally, now, token_hex(12)))
        lost = tally.lost
        while len(self._waiting) > MAX_WAITING:
            dropped = self._waiting.popleft()
            lost += sum(one["count"] for one in dropped["operations"])
        if lost:
            self._log.error("usage lost", extra={"requests": lost})
