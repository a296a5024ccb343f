"""What a change set says of a bucket."""

import json
import time
from typing import Any

import pytest

from tests.support.aws import Aws, eventually


def template(account: str, runtime_seconds: int = 10, name: str = "notes") -> dict[str, Any]:
    """A bucket that tells a queue of its objects."""
    queue = {"Type": "AWS::SQS::Queue", "Properties": {"VisibilityTimeout": runtime_seconds}}
    notes = {"QueueConfigurations": [{"Event": "s3:ObjectCreated:*", "Queue": {"Fn::GetAtt": ["Queue", "Arn"]}}]}
    allowed = {
        "Effect": "Allow",
        "Principal": {"Service": "s3.amazonaws.com"},
        "Action": "sqs:SendMessage",
        "Resource": "*",
    }
    policy = {"Queues": [{"Ref": "Queue"}], "PolicyDocument": {"Version": "2012-10-17", "Statement": [allowed]}}
    bucket = {"BucketName": f"{name}-{account}", "NotificationConfiguration": notes}
    return {
        "Resources": {
            "Queue": queue,
            "Policy": {"Type": "AWS::SQS::QueuePolicy", "Properties": policy},
            "Bucket": {"Type": "AWS::S3::Bucket", "DependsOn": "Policy", "Properties": bucket},
        }
    }


def replacements(aws: Aws, changed: dict[str, Any]) -> dict[str, str]:
    """Replacement by logical id, of a change set from the stack to the changed template."""
    formation = aws.client("cloudformation")
    made = formation.create_change_set(
        StackName="notes", ChangeSetName=f"c-{time.time_ns()}", TemplateBody=json.dumps(changed)
    )

    def ready() -> Any:
        seen = formation.describe_change_set(ChangeSetName=made["Id"])
        return seen if seen["Status"] == "CREATE_COMPLETE" else None

    changes = [change["ResourceChange"] for change in eventually(ready, what="the change set")["Changes"]]
    return {change["LogicalResourceId"]: change["Replacement"] for change in changes}


@pytest.fixture
def stack(aws: Aws) -> Aws:
    assert aws.deploy("notes", template(aws.account)) == "CREATE_COMPLETE"
    return aws


def test_a_change_of_what_a_bucket_notifies_does_not_replace_the_bucket(stack: Aws) -> None:
    """AWS: "NotificationConfiguration. Update requires: No interruption"."""
    found = replacements(stack, template(stack.account, runtime_seconds=20))
    assert found["Queue"] == "False"
    assert found.get("Bucket", "False") == "False"


def test_another_name_replaces_the_bucket(stack: Aws) -> None:
    """AWS: "BucketName. Update requires: Replacement"."""
    assert replacements(stack, template(stack.account, name="other"))["Bucket"] == "True"
