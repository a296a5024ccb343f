"""What the smoke tests of all services share: how one fails, and the report that the release machine reads."""

from collections.abc import Mapping
from typing import Any

from milkrun_core.errors import MilkrunError


class SmokeTestFailed(MilkrunError):
    """The service did not do for the smoke test what it must do for everybody."""


def expect(check: str, answered: Any, expected: Any) -> None:
    """Raises SmokeTestFailed, naming the check, unless the answer is the expected one."""
    if answered != expected:
        raise SmokeTestFailed(f"{check}: {answered} instead of {expected}", check=check)


def passed(checks: Mapping[str, str]) -> dict[str, Any]:
    """The report of a test in which everything was well: details by the name of the check."""
    return {"ok": True, "checks": [{"name": name, "ok": True, "detail": detail} for name, detail in checks.items()]}
