"""Asks the local cloud for its names: seldom enough to be no burden, and at once when a name is not found."""

import asyncio
import time
from typing import Any

import aiohttp

from milkrun.local.edge.routes import Domain, Mapping, Names, Record, Route, UnknownHost, UnmappedPath

PATH = "/_milkrun/names"
_TIMEOUT = aiohttp.ClientTimeout(total=5)


class NameService:
    """The names as of the last beat; asked again on a beat while there are requests, and whenever one finds nothing."""

    def __init__(self, session: aiohttp.ClientSession, cloud_url: str, *, beat_seconds: float = 1.0) -> None:
        self._session = session
        self._url = cloud_url + PATH
        self._beat_seconds = beat_seconds
        self._names = Names()
        self._asked_at = float("-inf")
        self._asking = asyncio.Lock()

    async def find(self, host: str, path: str, client_region: str | None) -> Route:
        """The way for a request. Raises UnknownHost, UnmappedPath, or aiohttp's error when the cloud is away."""
        started = time.monotonic()
        names = await self._asked_since(started - self._beat_seconds)
        try:
            return names.find(host, path, client_region)
        except (UnknownHost, UnmappedPath):
            return (await self._asked_since(started)).find(host, path, client_region)

    async def current(self) -> Names:
        """The names as they are now."""
        return await self._asked_since(time.monotonic())

    async def _asked_since(self, moment: float) -> Names:
        async with self._asking:
            # Whoever waited while another asked has his answer.
            if self._asked_at < moment:
                asked_at = time.monotonic()
                async with self._session.get(self._url, timeout=_TIMEOUT) as answer:
                    answer.raise_for_status()
                    self._names = parse(await answer.json())
                self._asked_at = asked_at
            return self._names


def parse(answer: Any) -> Names:
    """Names as the cloud lists them."""
    return Names(
        domains=tuple(_domain(held) for held in answer["domains"]),
        records=tuple(Record(**{**held, "targets": tuple(held["targets"])}) for held in answer["records"]),
    )


def _domain(held: Any) -> Domain:
    mappings = tuple(Mapping(**mapping) for mapping in held["mappings"])
    return Domain(**{**held, "targets": tuple(held["targets"]), "mappings": mappings})
