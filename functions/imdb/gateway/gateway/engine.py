"""A gateway of the library over one supergraph, with everything around its transports that the stack decides."""

import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from milkrun_graph.errors import SupergraphInvalid
from milkrun_graph.executor import Gateway, Options, Request, Response
from milkrun_graph.executor.artefact import load
from milkrun_graph.executor.breaker import BreakerPolicy
from milkrun_graph.executor.persisted import Documents
from milkrun_graph.executor.resilience import Breaking, Retrying, RetryPolicy
from milkrun_graph.executor.sharing import Sharing
from milkrun_graph.executor.transports import Carrier, Transports

from gateway.domain.usage import Tally
from gateway.source import Content
from gateway.telemetry import Requests, Telemetry, Tracing

log = logging.getLogger("milkrun_graph")


@dataclass(frozen=True, slots=True)
class Plan:
    """What every engine of a function has in common.  ``carriers`` makes fresh transports by scheme of address."""

    carriers: Callable[[], dict[str, Carrier]]
    options: Options
    breaker: BreakerPolicy
    retries: RetryPolicy
    only_known: bool
    telemetry: Telemetry
    tally: Callable[[], Tally]


class GraphEngine:
    """Answers operations over one supergraph."""

    def __init__(self, content: Content, plan: Plan) -> None:
        """Raises SupergraphInvalid, also where a graphlet's address is of no known kind."""
        known = load(content.artefact, content.sdl)
        if known is None:
            log.warning("the artefact is of another version: tables and plans are made anew")
        self._transports = Transports(plan.carriers())
        resilient = Sharing(Retrying(Breaking(self._transports, plan.breaker), plan.retries))
        self._gateway = Gateway(
            content.sdl,
            Tracing(resilient, plan.telemetry),
            plan.options,
            known,
            documents=Documents(only_listed=plan.only_known),
            observer=Requests(plan.telemetry, plan.tally),
        )
        for graph in self._gateway.tables.graphs.values():
            try:
                self._transports.add(graph.name, graph.url)
            except ValueError as error:
                raise SupergraphInvalid(str(error)) from error

    def execute(self, request: Request) -> Awaitable[Response]:
        return self._gateway.execute(request)

    def close(self) -> None:
        self._transports.close()
