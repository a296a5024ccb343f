"""Makes an artefact before any request has come: the tables of a supergraph and plans of operations known to be asked.

Plans depend on claims, progressive overrides and conditions (``PlanKey``): prepared are those of a client without
claims, with no override on, for every outcome of up to ``MAX_CONDITIONS`` conditions.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import product

from graphql import parse

from milkrun_graph.api.schema import api_schema
from milkrun_graph.errors import PlanningFailed, RequestRefused
from milkrun_graph.executor.artefact import Artefact, StoredOperation, fingerprint
from milkrun_graph.executor.claims import allows
from milkrun_graph.executor.messages import NOBODY
from milkrun_graph.executor.operation import Operation, PlanKey
from milkrun_graph.executor.operations import read_operations
from milkrun_graph.executor.options import Options
from milkrun_graph.planner import PlanOptions, plan_operation
from milkrun_graph.planner.plan import Plan
from milkrun_graph.supergraph import read_supergraph
from milkrun_graph.supergraph.tables import Supergraph

MAX_CONDITIONS = 3
_NO_LABELS: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Prepared:
    """The artefact, and the texts that are valid and yet have no plan, each with the reason."""

    artefact: Artefact
    unplanned: Mapping[str, str]


def prepare(supergraph: str, texts: Iterable[str], options: Options | None = None) -> Prepared:
    """Read the supergraph and plan the operations; texts that are not valid by it are left out.

    Raises SupergraphInvalid.
    """
    tables, schema, options = read_supergraph(supergraph), api_schema(supergraph), options or Options()
    stored: list[StoredOperation] = []
    unplanned: dict[str, str] = {}
    for text in texts:
        try:
            operations = read_operations(text, schema, options)
        except RequestRefused:
            continue
        try:
            stored.extend(_stored(tables, operation) for operation in operations.values() if len(operations) == 1)
        except PlanningFailed as error:
            unplanned[text] = str(error)
    return Prepared(Artefact(fingerprint(supergraph), tables, tuple(stored)), unplanned)


def _stored(tables: Supergraph, operation: Operation) -> StoredOperation:
    plans = tuple((key, _plan(tables, operation, values)) for key, values in _outcomes(operation))
    return StoredOperation(
        operation.kind, operation.name, operation.text, operation.variables, operation.conditions, plans
    )


def _outcomes(operation: Operation) -> Iterator[tuple[PlanKey, dict[str, bool]]]:
    names = operation.conditions
    if operation.kind == "subscription" or len(names) > MAX_CONDITIONS:
        return
    for values in product((True, False), repeat=len(names)):
        yield (NOBODY, _NO_LABELS, values), dict(zip(names, values, strict=True))


def _plan(tables: Supergraph, operation: Operation, values: dict[str, bool]) -> Plan:
    options = PlanOptions(labels=_NO_LABELS, allows=allows(NOBODY))
    return plan_operation(tables, parse(operation.text, no_location=True), operation.name, values, options)
