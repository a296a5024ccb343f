"""Step Functions: a child execution that fails is a failed task of its parent.

The gap: the parent sees the child's own error name.
AWS: for startExecution.sync and .sync:2 the error is States.TaskFailed, and the cause is the child's description, in
which Error and Cause are the child's.
Conformance: tests/integration/local/test_step_functions.py
"""

import json
from typing import Any

from milkrun.local.patches import hooks

_DESCRIBED = ("executionArn", "input", "inputDetails", "name", "startDate", "stateMachineArn", "status", "stopDate")


def apply() -> None:
    """Change the name and keep the child's own in the cause."""
    hooks.when_imported(
        "ministack.services.stepfunctions",
        lambda module: hooks.wrap(module, "_nested_execution_failure", "payload", _describe),
    )


def _describe(real: Any) -> Any:
    def describe(payload: Any) -> tuple[str, str]:
        error, cause = real(payload)
        described = {name[0].upper() + name[1:]: payload[name] for name in _DESCRIBED if name in payload}
        return "States.TaskFailed", json.dumps({**described, "Error": error, "Cause": cause})

    return describe
