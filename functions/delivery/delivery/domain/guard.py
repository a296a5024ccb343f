"""Refuses a change set that would remove or replace what holds data.

CloudFormation replaces a table as readily as it replaces an alarm.  A release never does: what must be replaced is
moved by hand, with a copy.  ``Conditional`` and ``Dynamic`` mean that CloudFormation does not know yet; we do not
release on a guess.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

STATEFUL_TYPES = frozenset(
    {
        "AWS::Cognito::UserPool",
        "AWS::DynamoDB::GlobalTable",
        "AWS::DynamoDB::Table",
        "AWS::EC2::Volume",
        "AWS::EFS::FileSystem",
        "AWS::Kinesis::Stream",
        "AWS::KMS::Key",
        "AWS::RDS::DBCluster",
        "AWS::RDS::DBInstance",
        "AWS::Route53::HostedZone",
        "AWS::S3::Bucket",
        "AWS::SecretsManager::Secret",
        "AWS::SQS::Queue",
    }
)
# Types whose physical name, when a template gives one, decides whether a create would meet an existing resource.
NAMED_TABLES = {"AWS::DynamoDB::Table": "TableName", "AWS::DynamoDB::GlobalTable": "TableName"}

_SUBSTITUTION = re.compile(r"\$\{([A-Za-z0-9:]+)\}")


@dataclass(frozen=True)
class Refusal:
    """One change that a release does not make."""

    logical_id: str
    kind: str
    why: str

    def __str__(self) -> str:
        return f"{self.logical_id} ({self.kind}) {self.why}"


def refusals(changes: Iterable[Mapping[str, Any]], *, way_back: bool = False) -> list[Refusal]:
    """Every change of a change set that would cost data, in the change set's order.

    On the way back a resource that the newer version brought may leave the stack if it itself stays (Retain).
    """
    found = []
    for each in changes:
        change = each.get("ResourceChange") or {}
        if change.get("ResourceType") in STATEFUL_TYPES and (why := _danger(change, way_back=way_back)):
            found.append(Refusal(change["LogicalResourceId"], change["ResourceType"], why))
    return found


def _danger(change: Mapping[str, Any], *, way_back: bool) -> str | None:
    action = change.get("Action")
    if action == "Add" or (way_back and action == "Remove" and change.get("PolicyAction") == "Retain"):
        return None
    if action in {"Remove", "Dynamic"}:
        return "would be removed" if action == "Remove" else "would change in a way that is not known beforehand"
    if (policy := change.get("PolicyAction")) in {
        "Delete",
        "ReplaceAndDelete",
        "ReplaceAndRetain",
        "ReplaceAndSnapshot",
    }:
        return f"would be replaced ({policy})"
    replacement = change.get("Replacement", "False")
    if replacement != "False":
        return "would be replaced" if replacement == "True" else "might be replaced (Conditional)"
    return None


def holding_data(resources: Iterable[Mapping[str, Any]]) -> list[str]:
    """Logical ids of a stack's resources that hold data and exist: what forbids deleting the stack."""
    return [
        each["LogicalResourceId"]
        for each in resources
        if each.get("ResourceType") in STATEFUL_TYPES
        and each.get("PhysicalResourceId")
        and each.get("ResourceStatus") not in {"DELETE_COMPLETE", "CREATE_FAILED"}
    ]


def named_tables(
    changes: Iterable[Mapping[str, Any]], template: Mapping[str, Any], words: Mapping[str, str]
) -> tuple[list[tuple[str, str]], list[Refusal]]:
    """Tables that a change set creates under a name of their own: (logical id, name), and those we cannot name."""
    named: list[tuple[str, str]] = []
    unknown: list[Refusal] = []
    for each in changes:
        change = each.get("ResourceChange") or {}
        kind = change.get("ResourceType", "")
        if change.get("Action") != "Add" or kind not in NAMED_TABLES:
            continue
        logical_id = change["LogicalResourceId"]
        given = template.get("Resources", {}).get(logical_id, {}).get("Properties", {}).get(NAMED_TABLES[kind])
        if given is None:
            continue
        name = resolve(given, words)
        if name is None:
            why = "has a name that cannot be computed: leave naming it to CloudFormation"
            unknown.append(Refusal(logical_id, kind, why))
        else:
            named.append((logical_id, name))
    return named, unknown


def resolve(value: object, words: Mapping[str, str]) -> str | None:
    """A name built from text, Ref and Sub over parameters and pseudo parameters; None for anything else."""
    if isinstance(value, str):
        return value
    if not isinstance(value, Mapping) or len(value) != 1:
        return None
    (function, argument) = next(iter(value.items()))
    if function == "Ref":
        return words.get(str(argument))
    if function == "Fn::Sub" and isinstance(argument, str):
        needed = _SUBSTITUTION.findall(argument)
        if all(word in words for word in needed):
            return _SUBSTITUTION.sub(lambda match: words[match[1]], argument)
    return None
