"""Shows that a stack's functions run the code of its artifact: a stack's status only says what was asked for."""

from __future__ import annotations

import base64
import time
from typing import TYPE_CHECKING, Any

from milkrun_core.errors import Unavailable

from delivery.changeset import processed_template
from delivery.errors import CodeNotRunning
from delivery.stack import Stack

if TYPE_CHECKING:
    from mypy_boto3_lambda.type_defs import FunctionConfigurationResponseTypeDef

UPDATE_SECONDS = 30
_LOOK_SECONDS = 0.2
_FUNCTION = "AWS::Lambda::Function"
_BUSY = frozenset({"Pending", "InProgress"})


def verify(stack: Stack) -> int:
    """Compare what each function of the stack runs with the digest in the name of its object; the number of functions.

    Raises CodeNotRunning for other code, Unavailable while Lambda is still at it.
    """
    template = processed_template(stack)["Resources"]
    functions = {
        each["LogicalResourceId"]: each["PhysicalResourceId"]
        for each in stack.resources()
        if each["ResourceType"] == _FUNCTION
    }
    for logical_id, name in functions.items():
        _verify(stack, logical_id, name, template.get(logical_id, {}).get("Properties", {}).get("Code", {}))
    return len(functions)


def _verify(stack: Stack, logical_id: str, name: str, code: dict[str, Any]) -> None:
    running = _settled(stack, logical_id, name)
    if "Failed" in (running.get("State"), running.get("LastUpdateStatus")):
        reason = running.get("LastUpdateStatusReason") or running.get("StateReason", "unknown")
        raise CodeNotRunning(f"Lambda could not update {logical_id}: {reason}")
    key = code.get("S3Key")
    if not isinstance(key, str):
        return  # code inside the template itself: there is no object to compare with
    expected = base64.b64encode(bytes.fromhex(key.removeprefix("artifacts/").removesuffix(".zip"))).decode()
    if running["CodeSha256"] != expected:
        raise CodeNotRunning(f"{logical_id} runs code {running['CodeSha256']}, the release brought {expected}")


def _settled(stack: Stack, logical_id: str, name: str) -> FunctionConfigurationResponseTypeDef:
    """The function once Lambda has finished with it: seconds after CloudFormation has."""
    deadline = time.monotonic() + UPDATE_SECONDS
    while True:
        running = stack.account.client("lambda").get_function_configuration(FunctionName=name)
        if not _BUSY & {running.get("State"), running.get("LastUpdateStatus")}:
            return running
        if time.monotonic() > deadline:
            raise Unavailable(f"Lambda is still updating {logical_id}")
        time.sleep(_LOOK_SECONDS)
