"""Schema checks: what changes between two versions of an API, and which recorded operations feel it."""

from milkrun_graph.checks.api_schema import SchemaUnreadable, api_schema
from milkrun_graph.checks.change import Change, Severity
from milkrun_graph.checks.check import Felt, Finding, Report, Verdict, check
from milkrun_graph.checks.difference import difference
from milkrun_graph.checks.operations import OperationsUnreadable, Recorded, Selection, read_operations
from milkrun_graph.checks.policy import Approval, Dangerous, Policy, PolicyUnreadable, Threshold, WithoutOperations

__all__ = [
    "Approval",
    "Change",
    "Dangerous",
    "Felt",
    "Finding",
    "OperationsUnreadable",
    "Policy",
    "PolicyUnreadable",
    "Recorded",
    "Report",
    "SchemaUnreadable",
    "Selection",
    "Severity",
    "Threshold",
    "Verdict",
    "WithoutOperations",
    "api_schema",
    "check",
    "difference",
    "read_operations",
]
