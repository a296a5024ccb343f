"""Change sets: made once per attempt, inspected before anything happens, refused if they would cost data."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError
from milkrun_core.errors import Unavailable

from delivery.aws import SERVICE_ROLE
from delivery.domain.guard import Refusal, named_tables, refusals
from delivery.errors import ChangeSetFailed, RefusedChange
from delivery.stack import Stack

if TYPE_CHECKING:
    from mypy_boto3_cloudformation import CloudFormationClient

CREATION_SECONDS = 90
_LOOK_SECONDS = 0.5
# CloudFormation's two wordings for "this would change nothing"; there is no error code for it.
_NOTHING_TO_DO = ("didn't contain changes", "No updates are to be performed")


@dataclass(frozen=True)
class Wanted:
    """What a stack shall be: template, parameters and tags."""

    template_url: str
    parameters: Mapping[str, str]
    tags: Mapping[str, str]


@dataclass(frozen=True)
class ChangeSet:
    """A change set that is ready to be executed, and its number of changes."""

    name: str
    changes: int


def plan(stack: Stack, name: str, wanted: Wanted, *, creates: bool, way_back: bool = False) -> ChangeSet | None:
    """Make the change set, or find the one that an earlier attempt of this step made; None if nothing would change.

    Raises RefusedChange, naming every dangerous change, and leaves no change set behind then.
    """
    client = stack.client
    _create(stack, name, wanted, creates=creates)
    described = _await(client, stack.name, name)
    if described["Status"] == "FAILED":
        reason = described.get("StatusReason", "")
        client.delete_change_set(StackName=stack.name, ChangeSetName=name)
        if any(wording in reason for wording in _NOTHING_TO_DO):
            return None
        raise ChangeSetFailed(f"CloudFormation cannot make the change set: {reason}")
    changes = _all_changes(client, stack.name, name, described)
    if refused := refusals(changes, way_back=way_back) + _met_tables(stack, name, changes, wanted):
        client.delete_change_set(StackName=stack.name, ChangeSetName=name)
        listed = "; ".join(str(each) for each in refused)
        raise RefusedChange(f"{listed}. Move the data by hand, or leave the resource as it is")
    return ChangeSet(name, len(changes))


def execute(stack: Stack, name: str, token: str) -> None:
    """Execute it unless that was done before: a repeated step must not fail on its own success."""
    client = stack.client
    status = client.describe_change_set(StackName=stack.name, ChangeSetName=name).get("ExecutionStatus")
    if status in {"EXECUTE_IN_PROGRESS", "EXECUTE_COMPLETE", "EXECUTE_FAILED"}:
        return
    client.execute_change_set(StackName=stack.name, ChangeSetName=name, ClientRequestToken=token, DisableRollback=False)


def _create(stack: Stack, name: str, wanted: Wanted, *, creates: bool) -> None:
    if _exists(stack.client, stack.name, name):
        return
    stack.client.create_change_set(
        StackName=stack.name,
        ChangeSetName=name,
        ChangeSetType="CREATE" if creates else "UPDATE",
        TemplateURL=wanted.template_url,
        Parameters=[{"ParameterKey": key, "ParameterValue": value} for key, value in wanted.parameters.items()],
        Tags=[{"Key": key, "Value": value} for key, value in wanted.tags.items()],
        Capabilities=["CAPABILITY_IAM", "CAPABILITY_NAMED_IAM", "CAPABILITY_AUTO_EXPAND"],
        RoleARN=stack.account.role_arn(SERVICE_ROLE),
        # Said each time: a stack remembers the triggers of its last update.
        RollbackConfiguration={"RollbackTriggers": [], "MonitoringTimeInMinutes": 0},
        ClientToken=name,
    )


def _exists(client: CloudFormationClient, stack: str, name: str) -> bool:
    try:
        client.describe_change_set(StackName=stack, ChangeSetName=name)
    except ClientError as error:
        if error.response["Error"]["Code"] in {"ChangeSetNotFound", "ChangeSetNotFoundException"}:
            return False
        if "does not exist" in str(error):
            return False
        raise
    return True


def _await(client: CloudFormationClient, stack: str, name: str) -> dict[str, Any]:
    deadline = time.monotonic() + CREATION_SECONDS
    while True:
        described = client.describe_change_set(StackName=stack, ChangeSetName=name)
        if described["Status"] in {"CREATE_COMPLETE", "FAILED"}:
            return dict(described)
        if time.monotonic() > deadline:
            raise Unavailable(f"CloudFormation has worked on the change set of {stack} for {CREATION_SECONDS} s")
        time.sleep(_LOOK_SECONDS)


def _all_changes(client: CloudFormationClient, stack: str, name: str, first: Mapping[str, Any]) -> list[dict[str, Any]]:
    changes = [dict(each) for each in first.get("Changes", [])]
    token = first.get("NextToken")
    while token:
        page = client.describe_change_set(StackName=stack, ChangeSetName=name, NextToken=token)
        changes += [dict(each) for each in page.get("Changes", [])]
        token = page.get("NextToken")
    return changes


def _met_tables(stack: Stack, name: str, changes: list[dict[str, Any]], wanted: Wanted) -> list[Refusal]:
    """Tables that the change set would create although one of that name is there: whose data is in it?"""
    kinds = {(each.get("ResourceChange") or {}).get("ResourceType") for each in changes}
    if not kinds & {"AWS::DynamoDB::Table", "AWS::DynamoDB::GlobalTable"}:
        return []
    words = {
        **wanted.parameters,
        "AWS::AccountId": stack.account.account_id,
        "AWS::Region": stack.account.region,
        "AWS::StackName": stack.name,
    }
    named, refused = named_tables(changes, processed_template(stack, change_set=name), words)
    client = stack.account.client("dynamodb")
    for logical_id, table in named:
        try:
            client.describe_table(TableName=table)
        except client.exceptions.ResourceNotFoundException:
            continue
        refused.append(Refusal(logical_id, "AWS::DynamoDB::Table", f"would be created over the existing table {table}"))
    return refused


def processed_template(stack: Stack, change_set: str | None = None) -> dict[str, Any]:
    """The template after the serverless transform, of the stack or of a change set."""
    which: dict[str, Any] = {"ChangeSetName": change_set} if change_set else {}
    body: Any = stack.client.get_template(StackName=stack.name, TemplateStage="Processed", **which)["TemplateBody"]
    return json.loads(body) if isinstance(body, str) else dict(body)
