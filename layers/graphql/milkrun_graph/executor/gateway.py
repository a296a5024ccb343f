"""The gateway: a request comes in, subgraphs are asked, one response goes out.

Nothing that a client or a subgraph does raises out of ``execute``; only a mistake of this code does, and then the
client gets INTERNAL_SERVER_ERROR and the log the trace.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Coroutine, Mapping, Sequence
from dataclasses import replace
from functools import partial
from time import perf_counter
from typing import TYPE_CHECKING, Any

import orjson

from milkrun_graph.errors import GraphError, PlanningFailed, RequestRefused
from milkrun_graph.executor.artefact import Artefact, fingerprint, store
from milkrun_graph.executor.claims import Gatekeeper, active, allows
from milkrun_graph.executor.compiled import ReadyPlan, ready
from milkrun_graph.executor.complete import Completion
from milkrun_graph.executor.lru import Lru
from milkrun_graph.executor.messages import NO_HEADERS, Claims, Request, Response, formatted, refusal
from milkrun_graph.executor.options import Options
from milkrun_graph.executor.persisted import Documents
from milkrun_graph.executor.project import IRREGULAR
from milkrun_graph.executor.run import Asking, Run
from milkrun_graph.executor.transport import Fetch, Listening, Transport
from milkrun_graph.planner.plan import Plan

if TYPE_CHECKING:
    from graphql import GraphQLSchema

    from milkrun_graph.executor.observe import Observer, RequestSeen
    from milkrun_graph.executor.operation import Operation
    from milkrun_graph.executor.propagate import Collected, HeaderRule
    from milkrun_graph.executor.usage import FieldUse
    from milkrun_graph.supergraph import Supergraph

log = logging.getLogger("milkrun_graph")

MAX_REFUSALS = 500


class OperationUnknown(RequestRefused):
    """The document has no operation of the name, or several and no name was given."""

    code = "OPERATION_RESOLUTION_FAILURE"


class OperationUnsupported(RequestRefused):
    """Subscriptions (400), and mutations by GET (405)."""

    code = "OPERATION_NOT_SUPPORTED"

    def __init__(self, kind: str, status: int) -> None:
        super().__init__(f"a {kind} cannot be run this way")
        self.status = status


def _read(supergraph: str) -> Supergraph:
    from milkrun_graph.supergraph import read_supergraph  # noqa: PLC0415 - it brings graphql-core

    return read_supergraph(supergraph)


class Gateway:
    """Answers operations over one supergraph."""

    def __init__(
        self,
        supergraph: str,
        transport: Transport,
        options: Options | None = None,
        known: Artefact | None = None,
        *,
        documents: Documents | None = None,
        observer: Observer | None = None,
    ) -> None:
        """``known``: tables and plans that were made before, of the same supergraph.  Raises SupergraphInvalid.

        ``documents``: what clients may name instead of sending it; by default, what they have sent before.
        """
        self._options = options or Options()
        self._sdl = supergraph
        self._tables: Supergraph = known.tables if known else _read(supergraph)
        self._schema: GraphQLSchema | None = None
        self._gatekeeper = Gatekeeper(self._tables)
        self._fetch: Fetch = transport.fetch
        self._observer = observer
        self._field_use: FieldUse | None = None
        self._collect: Callable[[], Collected] | None = None
        self._extend(transport, self._options.response_headers)
        self._named = documents or Documents()
        self._names = {key: graph.name for key, graph in self._tables.graphs.items()}
        limit = self._options
        count = max(limit.cached_operations, len(known.operations) if known else 0)
        self._documents: Lru[str, dict[str | None, Operation]] = Lru(count, limit.cached_bytes)
        self._refused: Lru[str, RequestRefused] = Lru(MAX_REFUSALS, limit.cached_bytes // 4)
        for stored in known.operations if known else ():
            operation = stored.operation()
            for key, plan in stored.plans:
                operation.plans.put(key, plan, 1)  # made ready when it is first asked for
            self._documents.put(stored.text, {stored.name: operation}, len(stored.text))
            self._named.know([stored.text])

    def _extend(self, transport: Transport, rules: Sequence[HeaderRule]) -> None:
        """Load what only some owners want."""
        if self._observer is not None:
            from milkrun_graph.executor.observe import Observed  # noqa: PLC0415 - see above
            from milkrun_graph.executor.usage import FieldUse  # noqa: PLC0415

            self._fetch = Observed(transport, self._observer).fetch
            self._field_use = FieldUse(self._tables)
        if rules:
            from milkrun_graph.executor.propagate import Collected  # noqa: PLC0415

            self._collect = partial(Collected, rules)

    @property
    def tables(self) -> Supergraph:
        return self._tables

    @property
    def schema(self) -> GraphQLSchema:
        """The API schema, made when it is first needed."""
        if self._schema is None:
            from milkrun_graph.api.schema import api_schema  # noqa: PLC0415 - it brings graphql-core

            self._schema = api_schema(self._sdl)
        return self._schema

    def artefact(self) -> Artefact:
        """What this gateway knows, to start another one with."""
        return Artefact(
            fingerprint(self._sdl),
            self._tables,
            tuple(
                store(operation)
                for found in self._documents.values()
                if len(found) == 1
                for operation in found.values()
            ),
        )

    def execute(self, request: Request) -> Coroutine[Any, Any, Response]:
        """Answer one request; see the module for what goes wrong."""
        if self._observer is None:
            return self._answer(request, None)
        return self._observe(request, self._observer)

    async def _observe(self, request: Request, observer: Observer) -> Response:
        from milkrun_graph.executor.observe import RequestSeen  # noqa: PLC0415 - few need it

        seen, began = RequestSeen(request), perf_counter()
        response = await self._answer(request, seen)
        seen.seconds, seen.status = perf_counter() - began, response.status
        try:
            observer.on_request(seen)
        except Exception:
            log.exception("an observer failed")
        return response

    async def _answer(self, request: Request, seen: RequestSeen | None) -> Response:
        try:
            keep = None
            if self._named.only_listed or request.extensions or not request.query or request.document_id:
                request, keep = await self._named.resolve(request)
            operation = self._operation(request)
            if keep is not None:
                await self._named.keep(keep, request.query)
            values = operation.variables.coerce(request.variables or {})
            plan = self._plan(operation, values, request)
            collected = self._collect() if self._collect is not None else None
            run = self._run(plan, request, collected)
            await run.finish()
            response = self._complete(plan, run, values, request)
            if seen is not None:
                self._see(seen, operation, plan, run)
            if collected is None:
                return response
            cacheable = operation.kind == "query" and not run.faults.errors
            return replace(response, headers=collected.headers(cacheable=cacheable))
        except Exception as error:  # noqa: BLE001 - a client always gets an answer
            return _failed(error, request)

    def _run(self, plan: ReadyPlan, request: Request, collected: Collected | None) -> Run:
        headers, fetch, verbose = self._headers(request), self._fetch, self._options.subgraph_errors
        if collected is not None:
            headers, fetch = Listening(headers, collected.heard), collected.counting(fetch)
        run = Run(plan, fetch, Asking(request.variables or {}, headers), self._names, verbose=verbose)
        if not verbose:
            run.faults.codes = self._options.error_codes
        return run

    def _see(self, seen: RequestSeen, operation: Operation, plan: ReadyPlan, run: Run) -> None:
        seen.operation, seen.errors = operation, len(run.faults.errors)
        if self._field_use is not None:
            seen.fields = [
                (self._names.get(each.graph, each.graph), self._field_use.of(each)) for each in plan.plan.fetches
            ]

    def _operation(self, request: Request) -> Operation:
        found = self._documents.get(request.query)
        if found is None:
            found = self._read(request.query)
        name = request.operation_name
        if name is None and len(found) == 1:
            operation = next(iter(found.values()))
        elif name in found and name is not None:
            operation = found[name]
        else:
            raise OperationUnknown(
                f"there is no operation {name!r}" if name else "`operationName` must say which operation"
            )
        if operation.kind == "subscription" or (request.read_only and operation.kind != "query"):
            raise OperationUnsupported(operation.kind, 400 if operation.kind == "subscription" else 405)
        return operation

    def _read(self, text: str) -> dict[str | None, Operation]:
        refused = self._refused.get(text)
        if refused is not None:
            raise refused.with_traceback(None)  # or every use would make its trace longer
        from milkrun_graph.executor.operations import read_operations  # noqa: PLC0415 - it brings graphql-core

        try:
            found = read_operations(text, self.schema, self._options)
        except RequestRefused as error:
            self._refused.put(text, error, len(text))
            raise
        self._documents.put(text, found, len(text))
        return found

    def _plan(self, operation: Operation, values: Mapping[str, Any], request: Request) -> ReadyPlan:
        limits = self._options.limits
        if limits.cost is not None:
            from milkrun_graph.executor.cost import check_cost  # noqa: PLC0415 - it brings graphql-core

            text, name = operation.text, operation.name
            check_cost(self._tables, text, name, values, allowed=limits.cost, list_size=limits.list_size)
        claims = self._gatekeeper.relevant(request.claims)
        labels = active(self._tables.labels, self._options.labels) if self._tables.labels else self._tables.labels
        key = (claims, labels, tuple(values.get(name) for name in operation.conditions))
        plan = operation.plans.get(key)
        if isinstance(plan, ReadyPlan):
            return plan
        if isinstance(plan, PlanningFailed):
            raise plan.with_traceback(None)
        try:
            made = self._make_plan(operation, values, claims, labels) if plan is None else plan
        except PlanningFailed as error:
            operation.plans.put(key, error, 1)
            raise
        compiled = ready(made, self._options, self._names)
        operation.plans.put(key, compiled, 1)
        return compiled

    def _make_plan(
        self, operation: Operation, values: Mapping[str, Any], claims: Claims, labels: frozenset[str]
    ) -> Plan:
        from graphql import parse  # noqa: PLC0415 - known operations do not need it

        from milkrun_graph.planner import PlanOptions, plan_operation  # noqa: PLC0415 - it brings graphql-core

        options = PlanOptions(labels=labels, allows=allows(claims))
        document = parse(operation.text, no_location=True)
        return plan_operation(self._tables, document, operation.name, dict(values), options)

    def _headers(self, request: Request) -> Mapping[str, str]:
        given = request.headers
        if not given:
            return NO_HEADERS
        return {name: given[name] for name in self._options.forward_headers if name in given}

    def _complete(self, plan: ReadyPlan, run: Run, values: Mapping[str, Any], request: Request) -> Response:
        errors = run.faults.errors
        if not errors:
            try:
                return Response(orjson.dumps({"data": plan.project(run.data)}))
            except IRREGULAR:
                pass
        else:
            from milkrun_graph.executor.masking import explain  # noqa: PLC0415 - it makes patterns that few need

            explain(run.faults, request.headers, masked=not self._options.subgraph_errors)
        introspected = None
        if plan.plan.introspection is not None:
            from milkrun_graph.api.introspection import introspect  # noqa: PLC0415 - it brings graphql-core

            introspected = introspect(self.schema, plan.plan.introspection, values)
        data = Completion(errors, introspected, self._tables.types).complete(run.data, plan.plan.projection)
        body = {"data": data, "errors": errors} if errors else {"data": data}
        return Response(orjson.dumps(body))


def _failed(error: Exception, request: Request) -> Response:
    """The response to what was not executed."""
    if isinstance(error, PlanningFailed):
        body = {"data": None, "errors": [formatted(str(error), error.code, error.path)]}
        return Response(orjson.dumps(body))
    if isinstance(error, RequestRefused):
        return refusal(error, error.status if isinstance(error, OperationUnsupported) else 400)
    if isinstance(error, GraphError):
        return refusal(error, 500)
    from milkrun_graph.executor.masking import CORRELATION, correlation_id  # noqa: PLC0415 - few need it

    name = correlation_id(request.headers)
    log.error("an operation failed", extra={"correlation_id": name}, exc_info=error)
    told = formatted("Internal server error", GraphError.code, **{CORRELATION: name})
    return Response(orjson.dumps({"errors": [told]}), 500)
