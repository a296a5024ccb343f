"""One stack in a target: its status, its resources, and the first reason why it failed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from delivery.aws import TargetAccount

if TYPE_CHECKING:
    from mypy_boto3_cloudformation import CloudFormationClient


@dataclass(frozen=True)
class Stack:
    """A stack of a target, looked at anew with every call."""

    account: TargetAccount
    name: str

    @property
    def client(self) -> CloudFormationClient:
        return self.account.client("cloudformation")

    def describe(self) -> dict[str, Any] | None:
        """The stack as CloudFormation describes it, or None if there is none."""
        try:
            return dict(self.client.describe_stacks(StackName=self.name)["Stacks"][0])
        except ClientError as error:
            if "does not exist" in str(error):
                return None
            raise

    def status(self) -> str | None:
        described = self.describe()
        return described["StackStatus"] if described else None

    def outputs(self) -> dict[str, str]:
        described = self.describe() or {}
        return {each["OutputKey"]: each["OutputValue"] for each in described.get("Outputs", [])}

    def resources(self) -> list[dict[str, Any]]:
        """Every resource, with its state."""
        pages = self.client.get_paginator("list_stack_resources").paginate(StackName=self.name)
        return [dict(each) for page in pages for each in page["StackResourceSummaries"]]

    def physical_ids(self, kind: str) -> list[str]:
        """Physical ids of the resources of one type."""
        return physical_ids(self.resources(), kind)

    def first_reason(self) -> str:
        """The first failure of the latest change: later ones are mostly its consequences."""
        reasons: list[str] = []
        for event in self.client.describe_stack_events(StackName=self.name)["StackEvents"]:
            status = event.get("ResourceStatus", "")
            if status.endswith("_FAILED"):
                reasons.append(f"{event.get('LogicalResourceId')}: {event.get('ResourceStatusReason', status)}")
            if event.get("PhysicalResourceId") == event.get("StackId") and status in _BEGINNINGS:
                break
        return reasons[-1] if reasons else "CloudFormation names no resource; its events are in the target's console"

    def alarms_in_alarm(self) -> list[str]:
        """Names of the stack's alarms that are in ALARM."""
        return alarms_in_alarm(self.account, self.resources())


_BEGINNINGS = frozenset({"CREATE_IN_PROGRESS", "UPDATE_IN_PROGRESS", "DELETE_IN_PROGRESS"})
_ALARMS_PER_CALL = 100


def physical_ids(resources: list[dict[str, Any]], kind: str) -> list[str]:
    """Physical ids of the resources of one type."""
    return [
        each["PhysicalResourceId"]
        for each in resources
        if each.get("ResourceType") == kind and each.get("PhysicalResourceId")
    ]


def alarms_in_alarm(account: TargetAccount, resources: list[dict[str, Any]]) -> list[str]:
    """Names of those alarms among the resources that are in ALARM."""
    names = physical_ids(resources, "AWS::CloudWatch::Alarm")
    found: list[str] = []
    for first in range(0, len(names), _ALARMS_PER_CALL):
        some = names[first : first + _ALARMS_PER_CALL]
        answer = account.client("cloudwatch").describe_alarms(AlarmNames=some, StateValue="ALARM")
        found += [each["AlarmName"] for each in answer["MetricAlarms"]]
    return found
