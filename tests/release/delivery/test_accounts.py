"""What no account may do in another: everything but a release, and a release only as the delivery functions."""

import json
from dataclasses import replace
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from milkrun.accounts import session
from milkrun.environment import Environment
from tests.support.releases import Given, Scenario, Then, When

MAY_ASSUME_ANYTHING = {"Effect": "Allow", "Action": ["sts:AssumeRole", "sts:TagSession"], "Resource": "*"}


def a_role(environment: Environment, account: str, name: str) -> boto3.Session:
    """A session of a new role in an account; its own rights let it assume any role anywhere."""
    number = environment.fleet.accounts[account].id
    root = session(environment.fleet, account)
    trust = {"Effect": "Allow", "Principal": {"AWS": f"arn:aws:iam::{number}:root"}, "Action": "sts:AssumeRole"}
    iam = root.client("iam")
    iam.create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [trust]}))
    policy = json.dumps({"Version": "2012-10-17", "Statement": [MAY_ASSUME_ANYTHING]})
    iam.put_role_policy(RoleName=name, PolicyName="assume", PolicyDocument=policy)
    answer = root.client("sts").assume_role(RoleArn=f"arn:aws:iam::{number}:role/{name}", RoleSessionName="test")
    keys = answer["Credentials"]
    return boto3.Session(keys["AccessKeyId"], keys["SecretAccessKey"], keys["SessionToken"], "us-east-1")


def deploy_role_in(environment: Environment, target: str) -> str:
    return f"arn:aws:iam::{environment.fleet.accounts[target].id}:role/milkrun-deploy"


def reach_for_the_deploy_role(caller: boto3.Session, environment: Environment, external_id: str) -> str:
    """Assume cell-2's deploy role; the number of the account that this leads to."""
    keys = caller.client("sts").assume_role(
        RoleArn=deploy_role_in(environment, "cell-2"), RoleSessionName="test", ExternalId=external_id
    )["Credentials"]
    there = boto3.Session(keys["AccessKeyId"], keys["SecretAccessKey"], keys["SessionToken"], "us-east-1")
    return there.client("sts").get_caller_identity()["Account"]


def test_a_deploying_function_with_the_external_id_is_let_in(fleet_cloud: Environment) -> None:
    """The refusals below would prove nothing if nobody were let in."""
    deployer = a_role(fleet_cloud, "delivery", "delivery-DeployerFunctionRole-TEST")
    assert reach_for_the_deploy_role(deployer, fleet_cloud, fleet_cloud.fleet.external_id) == "700000000002"


@pytest.mark.parametrize(
    ("account", "role", "external_id"),
    [
        pytest.param("delivery", "delivery-DeployerFunctionRole-WRONG-ID", "somebody-else", id="wrong-external-id"),
        pytest.param("delivery", "delivery-LedgerFunctionRole-TEST", None, id="another-role-of-the-delivery-account"),
        pytest.param("cell-1", "delivery-DeployerFunctionRole-CELL", None, id="another-account-with-the-right-name"),
    ],
)
def test_nobody_else_is_let_in(fleet_cloud: Environment, account: str, role: str, external_id: str | None) -> None:
    caller = a_role(fleet_cloud, account, role)
    with pytest.raises(ClientError, match="AccessDenied"):
        reach_for_the_deploy_role(caller, fleet_cloud, external_id or fleet_cloud.fleet.external_id)


def test_a_release_with_a_wrong_external_id_changes_nothing(story: Scenario, when: When, then: Then) -> None:
    fleet = story.environment.fleet.model_copy(update={"external_id": "somebody-else"})
    story.environment = replace(story.environment, fleet=fleet)
    release = when.it_is_released(targets=("cell-1",))

    assert then.verdicts() == {"cell-1": "error"}
    assert "AssumeRole was denied" in release.why
    assert then.no_lock_is_held()
    with pytest.raises(ClientError, match="does not exist"):
        story.client("cell-1", "cloudformation").describe_stacks(StackName=story.stack)


def test_a_function_of_one_cell_cannot_reach_another_cell(given: Given, story: Scenario) -> None:
    given.a_service_that_runs_in("cell-1", "cell-2")
    stack = story.client("cell-2", "cloudformation").describe_stacks(StackName=story.stack)["Stacks"][0]
    table = next(each["OutputValue"] for each in stack["Outputs"] if each["OutputKey"] == "TableName")
    arn = f"arn:aws:dynamodb:us-east-1:700000000002:table/{table}"

    assert denied(story, {"reach_for": arn})
    role = {"assume": deploy_role_in(story.environment, "cell-2"), "external_id": story.environment.fleet.external_id}
    assert denied(story, role)


def denied(story: Scenario, event: dict[str, Any]) -> bool:
    """Whether cell-1's function, asked to do that, is told by IAM that it may not."""
    answer = story.client("cell-1", "lambda").invoke(
        FunctionName=f"{story.stack}-greet", Payload=json.dumps(event).encode()
    )
    said = json.loads(answer["Payload"].read())
    return "FunctionError" in answer and "AccessDenied" in said["errorMessage"]
