"""What the gateway says of each request: a line per fetch and one for the whole, all with the ids of its trace.

Written with as little as possible, because it is done for every request: whole lines of JSON with the keys that the
module's logger gives its own (service, cell, release, correlation_id).
"""

import asyncio
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from secrets import token_hex
from typing import Any

import orjson
from milkrun_graph.executor.observe import FetchSeen, Observed, RequestSeen
from milkrun_graph.executor.persisted import document_hash
from milkrun_graph.executor.transport import Listening, SubgraphCircuitOpen, Transport

from gateway.domain.timing import covered, stages
from gateway.domain.trace import Trace, continued
from gateway.domain.usage import UNKNOWN, Tally, load_by_owner
from gateway.settings import CLIENT_HEADERS

TRACE_HEADER = "traceparent"
NAMESPACE = "Milkrun/Imdb"


@dataclass(frozen=True, slots=True)
class Identity:
    """What every line says of who writes it."""

    service: str
    cell: str
    release: str


@dataclass(slots=True)
class Span:
    """A request that is being answered: its trace, and the fetches that have ended so far, each with its own."""

    trace: Trace
    correlation_id: str
    began: float
    fetches: list[tuple[Trace, FetchSeen]] = field(default_factory=list)
    seen: RequestSeen | None = None


class Telemetry:
    """An observer of the library, and the keeper of the spans of the requests that are under way."""

    def __init__(
        self, identity: Identity, owners: Mapping[str, str], write: Callable[[str], Any] | None = None
    ) -> None:
        """``owners``: who owns a graphlet."""
        self._always = {"service": identity.service, "cell": identity.cell, "release": identity.release}
        self._owners = owners
        self._write = write or sys.stdout.write
        self._open: dict[str, Span] = {}
        self._opened_circuits: dict[str, int] = {}

    def begin(self, headers: Mapping[str, str], correlation_id: str, now: float) -> Span:
        """Open the span of a request; ``now`` is the loop's time."""
        trace = continued(headers.get(TRACE_HEADER, ""), token_hex(8), token_hex(16))
        span = self._open[trace.header] = Span(trace, correlation_id, now)
        return span

    def end(self, span: Span, status: int, now: float) -> None:
        """Close it, and write its lines."""
        self._open.pop(span.trace.header, None)
        times = [(one.began, one.began + one.seconds) for _, one in span.fetches]
        seconds = now - span.began
        facts: dict[str, Any] = {
            "status": status,
            "seconds": round(seconds, 6),
            "own_seconds": round(seconds - covered(times), 6),
            "fetches": len(times),
            "stages": stages(times),
        }
        seen = span.seen
        if seen is not None and seen.operation is not None:
            facts["operation"] = document_hash(seen.operation.text)
            facts["operation_name"] = seen.operation.name
            facts["client"] = client_of(seen.request.headers)
            facts["errors"] = seen.errors
        lines = [self._line("fetch", trace, span.correlation_id, fetch_facts(one)) for trace, one in span.fetches]
        lines.append(self._line("request", span.trace, span.correlation_id, facts))
        self._write("".join(lines))

    def span_of(self, headers: Mapping[str, str]) -> Span | None:
        """The request that these headers belong to, while it is under way."""
        return self._open.get(headers.get(TRACE_HEADER, ""))

    def fetched(self, span: Span, trace: Trace, seen: FetchSeen) -> None:
        """A fetch of this request has ended."""
        span.fetches.append((trace, seen))
        if seen.outcome == SubgraphCircuitOpen.code:
            self._opened_circuits[seen.graph] = self._opened_circuits.get(seen.graph, 0) + 1

    def load(self, tally: Tally) -> None:
        """Which fields were asked of which graphlet: a line per graphlet, which CloudWatch reads as metrics too."""
        by_owner = load_by_owner(tally.fields, self._owners)
        refused, self._opened_circuits = self._opened_circuits, {}
        for graphlet in refused:
            by_owner.setdefault((graphlet, self._owners.get(graphlet, UNKNOWN)), 0)
        for (graphlet, owner), asked in by_owner.items():
            fields = {name: count for (of, name), count in tally.fields.items() if of == graphlet}
            metrics = {"FieldsAsked": asked, "CircuitOpen": refused.get(graphlet, 0)}
            facts = {"graphlet": graphlet, "owner": owner, "fields": fields, **metrics}
            self._write(self._line("load", None, None, {**facts, "_aws": embedded(metrics)}))

    def _line(self, message: str, trace: Trace | None, correlation_id: str | None, facts: Mapping[str, Any]) -> str:
        ids = {}
        if trace is not None:
            ids = {"trace_id": trace.trace, "span_id": trace.span, "parent_id": trace.parent}
        said = {"level": "INFO", "message": message, "timestamp": datetime.now(UTC), **self._always}
        return orjson.dumps({**said, "correlation_id": correlation_id, **ids, **facts}).decode() + "\n"


def fetch_facts(seen: FetchSeen) -> dict[str, Any]:
    """A fetch as its line has it; an error's text is for the log alone."""
    return {
        "graphlet": seen.graph,
        "seconds": round(seen.seconds, 6),
        "outcome": seen.outcome,
        "error": seen.error,
        "entities": seen.entities,
        "sent_bytes": seen.sent,
        "received_bytes": seen.received,
    }


def embedded(metrics: Mapping[str, int]) -> dict[str, Any]:
    """What makes metrics of a line's members, once for each graphlet and once for each owner.

    https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
    """
    names = [{"Name": name, "Unit": "Count"} for name in metrics]
    directive = {"Namespace": NAMESPACE, "Dimensions": [["graphlet"], ["owner"], ["service"]], "Metrics": names}
    return {"Timestamp": int(datetime.now(UTC).timestamp() * 1000), "CloudWatchMetrics": [directive]}


def client_of(headers: Mapping[str, str]) -> str:
    """The client as it calls itself."""
    return next((headers[name] for name in CLIENT_HEADERS if headers.get(name)), UNKNOWN)


class Tracing:
    """A transport that gives each fetch a span of its own, which the subgraph continues."""

    def __init__(self, transport: Transport, telemetry: Telemetry) -> None:
        self._transport, self._telemetry = transport, telemetry

    def fetch(self, graph: str, body: bytes, headers: Mapping[str, str], deadline: float) -> asyncio.Future[bytes]:
        span = self._telemetry.span_of(headers)
        if span is None:
            return asyncio.ensure_future(self._transport.fetch(graph, body, headers, deadline))
        trace = span.trace.child(token_hex(8))
        passed: Mapping[str, str] = {**headers, TRACE_HEADER: trace.header}
        if isinstance(headers, Listening):
            passed = Listening(passed, headers.heard)
        return Observed(self._transport, _Hearing(self._telemetry, span, trace)).fetch(graph, body, passed, deadline)


@dataclass(frozen=True, slots=True)
class _Hearing:
    """Hears of one fetch."""

    telemetry: Telemetry
    span: Span
    trace: Trace

    def on_fetch(self, seen: FetchSeen) -> None:
        self.telemetry.fetched(self.span, self.trace, seen)

    def on_request(self, seen: RequestSeen) -> None:
        """A transport has no requests."""


class Requests:
    """Hears of requests: counts them for the registry, and adds what they were to their spans."""

    def __init__(self, telemetry: Telemetry, tally: Callable[[], Tally]) -> None:
        self._telemetry, self._tally = telemetry, tally

    def on_fetch(self, seen: FetchSeen) -> None:
        """``Tracing`` has told of it."""

    def on_request(self, seen: RequestSeen) -> None:
        headers = seen.request.headers
        span = self._telemetry.span_of(headers)
        if span is not None:
            span.seen = seen
        if seen.operation is None:
            return
        tally = self._tally()
        tally.add(seen.operation.text, client_of(headers), failed=seen.errors > 0)
        for graphlet, coordinates in seen.fields:
            tally.add_fields(graphlet, coordinates)
