"""Step Functions: errors by name, Map and child executions."""

import json
from typing import Any

import pytest

from tests.support.aws import Aws

RAISES = """
class LockHeld(Exception):
    pass

calls = []

def handler(event, context):
    calls.append(event)
    if event.get("n") == event.get("fails_at"):
        raise LockHeld("cell-1 is locked")
    return calls
"""
MAP_INPUT = {"items": [{"n": n, "fails_at": 1} for n in range(5)]}


def task(arn: str, **more: Any) -> dict[str, Any]:
    return {"Type": "Task", "Resource": arn, **more}


def caught(arn: str, names: list[str]) -> dict[str, Any]:
    """A machine that says which catcher took the task's error."""
    catchers = [{"ErrorEquals": [name], "Next": name.replace(".", "")} for name in names]
    ends = {name.replace(".", ""): {"Type": "Pass", "Result": name, "End": True} for name in names}
    return {"StartAt": "Try", "States": {"Try": task(arn, Catch=catchers, End=True), **ends}}


def test_a_function_error_is_caught_by_its_class_name(aws: Aws) -> None:
    """AWS: for a Lambda task the error name is the function's errorType, and the cause its error object as JSON."""
    arn = aws.function("lock", RAISES)
    done = aws.run(aws.machine("deploy", caught(arn, ["ValueError", "LockHeld"])), {"n": 1, "fails_at": 1})
    assert json.loads(done["output"]) == "LockHeld"


def test_task_failed_catches_any_function_error(aws: Aws) -> None:
    """AWS: "States.TaskFailed … matches any error except States.Timeout" as a wildcard of a task."""
    arn = aws.function("lock", RAISES)
    done = aws.run(aws.machine("deploy", caught(arn, ["States.TaskFailed"])), {"n": 1, "fails_at": 1})
    assert json.loads(done["output"]) == "States.TaskFailed"


@pytest.mark.parametrize(("name", "attempts"), [("LockHeld", 3), ("ValueError", 1)])
def test_retry_matches_by_class_name(aws: Aws, name: str, attempts: int) -> None:
    """AWS: a retrier applies only to the errors that its ErrorEquals names."""
    arn = aws.function("lock", RAISES)
    retry = [{"ErrorEquals": [name], "IntervalSeconds": 1, "BackoffRate": 1, "MaxAttempts": 2}]
    machine = aws.machine("deploy", {"StartAt": "Try", "States": {"Try": task(arn, Retry=retry, End=True)}})
    done = aws.run(machine, {"n": 1, "fails_at": 1})
    assert (done["status"], done["error"]) == ("FAILED", "LockHeld")
    assert json.loads(done["cause"])["errorMessage"] == "cell-1 is locked"
    assert aws.metric("AWS/Lambda", "Invocations", FunctionName="lock") == attempts


def test_a_failed_map_starts_no_further_item(aws: Aws) -> None:
    """AWS: when an iteration fails, the Map state fails and the others are stopped."""
    arn = aws.function("deploy", RAISES)
    each = {"StartAt": "One", "States": {"One": task(arn, End=True)}}
    wave = {"Type": "Map", "ItemsPath": "$.items", "MaxConcurrency": 1, "ItemProcessor": each, "End": True}
    done = aws.run(aws.machine("wave", {"StartAt": "Wave", "States": {"Wave": wave}}), MAP_INPUT)
    assert (done["status"], done["error"]) == ("FAILED", "LockHeld")
    assert len(aws.invoke("deploy", {})) == 3, "two items and this question"


def test_an_error_that_an_item_catches_itself_does_not_stop_the_map(aws: Aws) -> None:
    """AWS: a Catch inside the iteration is the iteration's own affair."""
    arn = aws.function("deploy", RAISES)
    catch = [{"ErrorEquals": ["LockHeld"], "Next": "Skip"}]
    states = {"One": task(arn, Catch=catch, End=True), "Skip": {"Type": "Pass", "End": True}}
    each = {"StartAt": "One", "States": states}
    wave = {"Type": "Map", "ItemsPath": "$.items", "MaxConcurrency": 1, "ItemProcessor": each, "End": True}
    done = aws.run(aws.machine("wave", {"StartAt": "Wave", "States": {"Wave": wave}}), MAP_INPUT)
    assert done["status"] == "SUCCEEDED"
    assert len(json.loads(done["output"])) == 5


def test_a_failed_child_execution_is_a_failed_task(aws: Aws) -> None:
    """AWS: with startExecution.sync:2 the error is States.TaskFailed; the cause describes the child and its error."""
    child = aws.machine(
        "child", {"StartAt": "No", "States": {"No": {"Type": "Fail", "Error": "Refused", "Cause": "why"}}}
    )
    start = {
        "Type": "Task",
        "Resource": "arn:aws:states:::states:startExecution.sync:2",
        "Parameters": {"StateMachineArn": child, "Input": {}},
        "End": True,
    }
    done = aws.run(aws.machine("parent", {"StartAt": "Child", "States": {"Child": start}}))
    assert (done["status"], done["error"]) == ("FAILED", "States.TaskFailed")
    cause = json.loads(done["cause"])
    assert (cause["Error"], cause["Cause"], cause["Status"]) == ("Refused", "why", "FAILED")
    assert cause["StateMachineArn"] == child
