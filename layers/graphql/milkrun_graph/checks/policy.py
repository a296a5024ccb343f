"""What a check lets pass: thresholds, the grade of dangerous changes, approvals."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

import orjson

from milkrun_graph.checks.change import SEVERITIES, Change, Severity
from milkrun_graph.errors import GraphError

_UNITS = {"m": "minutes", "h": "hours", "d": "days", "w": "weeks"}


class PolicyUnreadable(GraphError):
    """A threshold, a window or an approval is not written as it must be."""

    code = "INVALID_POLICY"


class Dangerous(StrEnum):
    """What dangerous changes do that recorded operations feel."""

    WARN = "warn"
    FAIL = "fail"
    IGNORE = "ignore"


class WithoutOperations(StrEnum):
    """What breaking changes do when no operation was recorded, so that nothing shows them harmless."""

    FAIL = "fail"
    PASS = "pass"  # noqa: S105 - a verdict, not a password


@dataclass(frozen=True, slots=True)
class Threshold:
    """How many of the recorded requests a change must touch to count: a number, and a share of all."""

    requests: int = 1
    share: float = 0.0

    def reached(self, touched: int, total: int) -> bool:
        return touched >= self.requests and touched >= self.share * total


@dataclass(frozen=True, slots=True)
class Approval:
    """Somebody has said that one change may come.  An empty ``code`` or ``subject`` means any at the coordinate."""

    coordinate: str
    code: str = ""
    subject: str = ""
    reason: str = ""
    until: datetime | None = None

    def covers(self, change: Change, now: datetime) -> bool:
        in_force = self.until is None or now < self.until
        same = self.coordinate == change.coordinate and self.code in ("", change.code)
        return in_force and same and self.subject in ("", change.subject)


@dataclass(frozen=True, slots=True)
class Policy:
    """All knobs of a check, apart from which records count (``operations.Selection``)."""

    threshold: Threshold = Threshold()
    dangerous: Dangerous = Dangerous.WARN
    without_operations: WithoutOperations = WithoutOperations.FAIL
    approvals: tuple[Approval, ...] = ()
    severities: Mapping[str, Severity] = field(default_factory=dict)
    """Other grades for codes."""
    excluded_operations: frozenset[str] = frozenset()
    """Names or hashes of operations that count for nothing."""
    validate_all: bool = False
    """Validate every recorded operation against the new schema, not only those that touch something that changed."""

    def severity(self, change: Change) -> Severity:
        return self.severities.get(change.code, change.severity)


def parse_threshold(text: str) -> Threshold:
    """``100`` requests, or ``1%`` of all.  Raises PolicyUnreadable."""
    number = text.strip().removesuffix("%")
    if not re.fullmatch(r"\d+(\.\d+)?", number) or ("." in number and "%" not in text):
        raise PolicyUnreadable(f"a threshold is a number of requests or a percentage, such as 100 or 1%: not {text}")
    return Threshold(share=float(number) / 100) if "%" in text else Threshold(requests=max(1, int(number)))


def parse_window(text: str) -> timedelta:
    """``90m``, ``12h``, ``7d``, ``2w``.  Raises PolicyUnreadable."""
    found = re.fullmatch(r"(\d{1,6})([mhdw])", text.strip())
    if not found:
        raise PolicyUnreadable(f"a window is a number and m, h, d or w, such as 7d: not {text}")
    return timedelta(**{_UNITS[found[2]]: int(found[1])})


def parse_choice[Choice: StrEnum](choices: type[Choice], text: str) -> Choice:
    """One of a knob's positions.  Raises PolicyUnreadable."""
    try:
        return choices(text)
    except ValueError as error:
        raise PolicyUnreadable(f"it is {', '.join(choices)}: not {text}") from error


def read_approvals(data: bytes) -> tuple[tuple[Approval, ...], dict[str, Severity]]:
    """An approval file: approvals, and other grades for codes.  Raises PolicyUnreadable.

    {"approvals": [{"coordinate": "User.age", "code": "FIELD_REMOVED", "reason": "…", "until": "2026-12-31"}],
     "severities": {"ENUM_VALUE_ADDED": "safe"}}
    """
    try:
        content = orjson.loads(data)
        approvals = tuple(_approval(item) for item in content.get("approvals", []))
        severities = {_code(code): Severity(grade) for code, grade in content.get("severities", {}).items()}
    except (orjson.JSONDecodeError, AttributeError, KeyError, TypeError, ValueError) as error:
        raise PolicyUnreadable(f"the approval file is not as it must be: {error}") from error
    return approvals, severities


def _approval(item: Mapping[str, Any]) -> Approval:
    unknown = item.keys() - {"coordinate", "code", "subject", "reason", "until", "by"}
    if unknown:
        raise ValueError(f"an approval has no {', '.join(sorted(unknown))}")
    until = datetime.fromisoformat(item["until"]) if "until" in item else None
    if until is not None and until.tzinfo is None:
        until = until.astimezone()
    code = _code(item["code"]) if "code" in item else ""
    return Approval(str(item["coordinate"]), code, str(item.get("subject", "")), str(item.get("reason", "")), until)


def _code(code: str) -> str:
    if code not in SEVERITIES:
        raise ValueError(f"there is no change called {code}")
    return code
