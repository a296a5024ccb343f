"""One small HTTP client for the operator's side: JSON in, JSON out, with a timeout, and names under .localhost."""

import asyncio
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import aiohttp

from milkrun.errors import CloudUnavailable
from milkrun.local.names import LocalhostResolver

TIMEOUT_SECONDS = 30
AT_ONCE = 4


@dataclass(frozen=True)
class Call:
    """A request to be made."""

    method: str
    url: str
    body: Any = None


@dataclass(frozen=True)
class Reply:
    """What came back."""

    status: int
    body: Any


def call_all(calls: Sequence[Call]) -> list[Reply]:
    """Make the calls, a few at once; replies in the order of the calls.

    Raises CloudUnavailable when a host does not answer.
    """
    return asyncio.run(_call_all(calls))


async def _call_all(calls: Sequence[Call]) -> list[Reply]:
    connector = aiohttp.TCPConnector(resolver=LocalhostResolver(), limit=AT_ONCE)
    timeout = aiohttp.ClientTimeout(total=TIMEOUT_SECONDS)
    async with aiohttp.ClientSession(connector=connector, timeout=timeout) as session:
        return await asyncio.gather(*(_call(session, call) for call in calls))


async def _call(session: aiohttp.ClientSession, call: Call) -> Reply:
    try:
        async with session.request(call.method, call.url, json=call.body) as response:
            text = await response.text()
    except (aiohttp.ClientError, TimeoutError) as error:
        raise CloudUnavailable(f"{call.method} {call.url} has no answer: {error or type(error).__name__}") from error
    try:
        return Reply(response.status, json.loads(text) if text else None)
    except ValueError:
        return Reply(response.status, text)
