"""Deploys a small template by change set, with the operator's own rights: what a release itself needs to be there."""

import time
from collections.abc import Mapping
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError, WaiterError

from milkrun.errors import MilkrunError

if TYPE_CHECKING:
    from mypy_boto3_cloudformation import CloudFormationClient

CAPABILITIES = ("CAPABILITY_IAM", "CAPABILITY_NAMED_IAM", "CAPABILITY_AUTO_EXPAND")
DEPLOY_SECONDS = 900
# The two wordings of CloudFormation for a change set that would change nothing.
NOTHING_TO_DO = ("didn't contain changes", "No updates are to be performed")


class StackFailed(MilkrunError):
    """A stack did not reach its new state; the message holds the first reason that CloudFormation gives."""


def deploy(
    cloudformation: "CloudFormationClient", name: str, template: str, parameters: Mapping[str, str], owner: str
) -> bool:
    """Bring the stack to the template.  True if that changed anything.

    Raises StackFailed when CloudFormation refuses the change set or the stack rolls back.
    """
    kind = "UPDATE" if _exists(cloudformation, name) else "CREATE"
    change_set = cloudformation.create_change_set(
        StackName=name,
        ChangeSetName=f"{name}-{time.time_ns()}",
        ChangeSetType=kind,  # type: ignore[arg-type]
        TemplateBody=template,
        Parameters=[{"ParameterKey": key, "ParameterValue": value} for key, value in parameters.items()],
        Capabilities=list(CAPABILITIES),  # type: ignore[arg-type]
        Tags=[{"Key": "owner", "Value": owner}, {"Key": "service", "Value": name}],
    )["Id"]
    if not _has_changes(cloudformation, change_set, name):
        cloudformation.delete_change_set(ChangeSetName=change_set)
        return False
    cloudformation.execute_change_set(ChangeSetName=change_set)
    _wait(cloudformation, name, "stack_create_complete" if kind == "CREATE" else "stack_update_complete")
    return True


def _exists(cloudformation: "CloudFormationClient", name: str) -> bool:
    try:
        found = cloudformation.describe_stacks(StackName=name)["Stacks"][0]
    except ClientError as error:
        if "does not exist" in str(error):
            return False
        raise
    return found["StackStatus"] != "REVIEW_IN_PROGRESS"


def _has_changes(cloudformation: "CloudFormationClient", change_set: str, stack: str) -> bool:
    deadline = time.monotonic() + DEPLOY_SECONDS
    while (found := cloudformation.describe_change_set(ChangeSetName=change_set))["Status"] != "CREATE_COMPLETE":
        reason = found.get("StatusReason", "")
        if found["Status"] == "FAILED" and any(wording in reason for wording in NOTHING_TO_DO):
            return False
        if found["Status"] == "FAILED" or time.monotonic() > deadline:
            raise StackFailed(f"CloudFormation refuses the change set of stack {stack}: {reason or found['Status']}")
        time.sleep(0.5)
    return True


def _wait(cloudformation: "CloudFormationClient", stack: str, waiter: str) -> None:
    # The first look is at once: an empty stack on the local cloud is ready before the call returns.
    settings = {"Delay": 2, "MaxAttempts": DEPLOY_SECONDS // 2}
    try:
        cloudformation.get_waiter(waiter).wait(StackName=stack, WaiterConfig=settings)  # type: ignore[call-overload]
    except WaiterError as error:
        raise StackFailed(f"stack {stack} did not deploy: {_first_reason(cloudformation, stack)}") from error


def _first_reason(cloudformation: "CloudFormationClient", stack: str) -> str:
    events = cloudformation.describe_stack_events(StackName=stack)["StackEvents"]
    failed = [event for event in events if event.get("ResourceStatus", "").endswith("_FAILED")]
    if not failed:
        return "CloudFormation names no resource; look at the stack's events"
    first = failed[-1]
    return f"{first.get('LogicalResourceId')} {first.get('ResourceStatus')}: {first.get('ResourceStatusReason', '')}"
