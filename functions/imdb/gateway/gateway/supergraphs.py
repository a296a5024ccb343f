"""Which supergraph is served.  A new one is taken up beside the requests, and at one moment for all of them.

A Lambda environment works only while it has a request, so there is no thread that polls: a request that comes when it
is time to look starts the look and goes on.  The look ends within that request or a later one.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from milkrun_core.errors import MilkrunError
from milkrun_graph.errors import GraphError
from milkrun_graph.executor import Request, Response

from gateway.domain.errors import RegistryUnusable, SupergraphMissing
from gateway.domain.state import SupergraphRef
from gateway.source import Content, Source

LONGEST_PAUSE = 30.0
# How long requests may still use what was replaced.
GRACE_SECONDS = 60.0


class Engine(Protocol):
    """Answers operations over one supergraph."""

    def execute(self, request: Request) -> Awaitable[Response]: ...

    def close(self) -> None:
        """Give up the connections that it keeps."""


type Build = Callable[[Content], Engine]
"""Raises GraphError for what cannot be served."""


@dataclass(frozen=True, slots=True)
class Served:
    """A supergraph that answers requests."""

    reference: SupergraphRef
    engine: Engine


class Log(Protocol):
    """Who is told what happens."""

    def info(self, msg: object, *, extra: Mapping[str, Any]) -> None: ...

    def error(self, msg: object, *, extra: Mapping[str, Any], exc_info: BaseException | None = None) -> None: ...


class Supergraphs:
    """Serves the current supergraph, and the last good one for as long as a better one cannot be had."""

    def __init__(self, source: Source, build: Build, log: Log, every: float) -> None:
        """``every``: seconds between two looks at the registry, doubled up to half a minute while it fails."""
        self._source, self._build, self._log, self._every = source, build, log, every
        self._served: Served | None = None
        self._token = ""
        self._look: asyncio.Task[None] | None = None
        self._next = 0.0
        self._failure: MilkrunError | None = None
        self.failures = 0

    @property
    def served(self) -> Served | None:
        """What answers now; None before the first success."""
        return self._served

    async def serving(self) -> Served:
        """What answers a request that comes now.  Raises Unavailable while there never was anything."""
        if self._look is None and self._is_due():
            self._look = asyncio.create_task(self._refresh())
        if self._served is None and self._look is not None:
            await asyncio.shield(self._look)
        if self._served is None:
            raise (self._failure or SupergraphMissing("the registry was not reached yet")).with_traceback(None)
        return self._served

    def _is_due(self) -> bool:
        return self._served is None or asyncio.get_running_loop().time() >= self._next

    async def _refresh(self) -> None:
        try:
            found = await self._source.look(self._token)
            if found is not None:
                await self._take_up(found.reference)
                self._token = found.token  # only now: what could not be taken up must be found again
            self._failure, self.failures = None, 0
        except Exception as error:  # noqa: BLE001 - whatever it is, requests are served on, and it is told
            self._failed(error)
        finally:
            pause = min(self._every * 2**self.failures, max(LONGEST_PAUSE, self._every))
            self._next = asyncio.get_running_loop().time() + pause
            self._look = None

    async def _take_up(self, reference: SupergraphRef) -> None:
        before = self._served
        if before is not None and before.reference.artefact_digest == reference.artefact_digest:
            self._served = Served(reference, before.engine)
            return
        content = await self._source.load(reference)
        if before is None:
            engine = self._build(content)
        else:  # tables are read and plans compiled while requests are served
            engine = await asyncio.to_thread(self._build, content)
            asyncio.get_running_loop().call_later(GRACE_SECONDS, before.engine.close)
        self._served = Served(reference, engine)
        facts = {"generation": reference.generation, "digest": reference.digest, "first": before is None}
        self._log.info("supergraph taken up", extra=facts)

    def _failed(self, error: Exception) -> None:
        self.failures = min(self.failures + 1, 10)
        failure = error if isinstance(error, MilkrunError) else unservable(error)
        self._failure = failure
        served = self._served.reference.generation if self._served else None
        facts = {"reason": failure.message, "failures": self.failures, "serving": served, **failure.details}
        self._log.error("no new supergraph", extra=facts)


def unservable(error: Exception) -> RegistryUnusable:
    """What was published, and why it cannot be served."""
    return RegistryUnusable(
        f"the supergraph cannot be served: {error if isinstance(error, GraphError) else repr(error)}"
    )
