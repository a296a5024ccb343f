"""What a gateway can be started with: tables and plans made before, when a supergraph was published or last served.

With it a known operation is answered without importing graphql-core.  It is a pickle: load only what you wrote.
"""

from __future__ import annotations

import hashlib
import pickle
from dataclasses import dataclass
from typing import TYPE_CHECKING

from milkrun_graph.executor.compiled import ReadyPlan
from milkrun_graph.executor.operation import Operation, PlanKey
from milkrun_graph.executor.variables import Variables
from milkrun_graph.planner.plan import Plan

if TYPE_CHECKING:
    from milkrun_graph.supergraph.tables import Supergraph

# Changes when what is stored would be read wrongly by another version of this library.
VERSION = "2"


@dataclass(frozen=True, slots=True)
class StoredOperation:
    """An operation without what can be made again quickly."""

    kind: str
    name: str | None
    text: str
    variables: Variables
    conditions: tuple[str, ...]
    plans: tuple[tuple[PlanKey, Plan], ...]

    def operation(self) -> Operation:
        return Operation(self.kind, self.name, self.text, self.variables, self.conditions)


@dataclass(frozen=True, slots=True)
class Artefact:
    """``fingerprint`` is that of the supergraph it was made of."""

    fingerprint: str
    tables: Supergraph
    operations: tuple[StoredOperation, ...]


def store(operation: Operation) -> StoredOperation:
    known = ((key, made.plan if isinstance(made, ReadyPlan) else made) for key, made in operation.plans.items())
    plans = tuple((key, plan) for key, plan in known if isinstance(plan, Plan))
    name, variables = operation.name, operation.variables
    return StoredOperation(operation.kind, name, operation.text, variables, operation.conditions, plans)


def fingerprint(supergraph: str) -> str:
    return hashlib.sha256(f"{VERSION}\n{supergraph}".encode()).hexdigest()


def dump(artefact: Artefact) -> bytes:
    return pickle.dumps(artefact, protocol=pickle.HIGHEST_PROTOCOL)


def load(stored: bytes, supergraph: str) -> Artefact | None:
    """What was dumped; None if it is of another supergraph or version, or cannot be read."""
    try:
        artefact = pickle.loads(stored)  # noqa: S301 - see the module: one's own file
    except Exception:  # noqa: BLE001 - whatever a damaged pickle raises, it is made anew
        return None
    return artefact if isinstance(artefact, Artefact) and artefact.fingerprint == fingerprint(supergraph) else None
