"""Why a stop failed, as the machine hands it over: the error's name, and its cause as Lambda or we wrote it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

# What the version, or its evidence, is to blame for. Any other error says nothing about the version.
_FAULT_OF_THE_VERSION = frozenset(
    {
        "ArtifactIncomplete",
        "ChangeSetFailed",
        "CodeNotRunning",
        "DeployFailed",
        "DigestMismatch",
        "NoSmokeTest",
        "RefusedChange",
        "SmokeTestFailed",
        "Unhealthy",
    }
)


@dataclass(frozen=True)
class Failure:
    """The name of an error, what it says, and the verdict that follows from it."""

    error: str
    why: str

    @property
    def verdict(self) -> str:
        if self.error == "NotEnoughEvidence":
            return "inconclusive"
        return "fail" if self.error in _FAULT_OF_THE_VERSION else "error"


def failure_of(given: Mapping[str, Any] | None) -> Failure | None:
    """Read ``{"Error": …, "Cause": …}``; a cause may be Lambda's JSON or plain text."""
    if not given:
        return None
    error, cause = str(given.get("Error", "Unknown")), str(given.get("Cause", ""))
    try:
        parsed = json.loads(cause)
    except ValueError:
        return Failure(error, cause or error)
    if isinstance(parsed, dict) and "errorMessage" in parsed:
        return Failure(str(parsed.get("errorType", error)), str(parsed["errorMessage"]))
    return Failure(error, cause)
