"""Clients of AWS: in the function's own account, and in a target through its deploy role.

One botocore session serves all targets, because it holds the parsed service descriptions: a session per target would
read them again each time.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Literal, overload

import boto3
from milkrun_core.aws import client_config

from delivery.clock import now
from delivery.domain.plan import Release, Target
from delivery.errors import WrongAccount

if TYPE_CHECKING:
    from mypy_boto3_apigateway import APIGatewayClient
    from mypy_boto3_cloudformation import CloudFormationClient
    from mypy_boto3_cloudwatch import CloudWatchClient
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_lambda import LambdaClient
    from mypy_boto3_s3 import S3Client

DEPLOY_ROLE = "milkrun-deploy"
SERVICE_ROLE = "milkrun-cloudformation"
SESSION_SECONDS = 3600
RENEW_BEFORE = 600
CALL_SECONDS = 20

READ_ONLY = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Effect": "Allow",
            "Action": [
                "apigateway:GET",
                "cloudformation:DescribeStacks",
                "cloudformation:ListStackResources",
                "cloudwatch:DescribeAlarms",
                "cloudwatch:GetMetricData",
                "lambda:InvokeFunction",
            ],
            "Resource": "*",  # within what the role itself allows
        }
    ],
}
"""What is left of the deploy role for a function that only looks: it cannot change a stack even by mistake."""


@lru_cache
def session() -> boto3.Session:
    return boto3.Session()


@lru_cache
def own(service: str) -> Any:
    """A client in the delivery account."""
    return session().client(service, config=client_config(CALL_SECONDS))  # type: ignore[call-overload]


@dataclass(frozen=True)
class TargetAccount:
    """Clients in one target's account and Region, under its deploy role."""

    region: str
    account_id: str
    partition: str
    credentials: tuple[str, str, str]
    expires: float

    @property
    def bucket(self) -> str:
        """The bucket of the target from which its stacks take their code."""
        return f"milkrun-artifacts-{self.account_id}-{self.region}"

    def role_arn(self, name: str) -> str:
        return f"arn:{self.partition}:iam::{self.account_id}:role/{name}"

    @overload
    def client(self, service: Literal["apigateway"]) -> APIGatewayClient: ...
    @overload
    def client(self, service: Literal["cloudformation"]) -> CloudFormationClient: ...
    @overload
    def client(self, service: Literal["cloudwatch"]) -> CloudWatchClient: ...
    @overload
    def client(self, service: Literal["dynamodb"]) -> DynamoDBClient: ...
    @overload
    def client(self, service: Literal["lambda"]) -> LambdaClient: ...
    @overload
    def client(self, service: Literal["s3"]) -> S3Client: ...
    def client(self, service: str) -> Any:
        return _client(service, self.region, self.credentials)


@lru_cache(maxsize=64)
def _client(service: str, region: str, credentials: tuple[str, str, str]) -> Any:
    key, secret, token = credentials
    # A smoke test answers when it is done, which may take as long as a function may run for it.
    config = client_config(60 if service == "lambda" else CALL_SECONDS)
    return session().client(  # type: ignore[call-overload]
        service,
        region_name=region,
        config=config,
        aws_access_key_id=key,
        aws_secret_access_key=secret,
        aws_session_token=token,
    )


_sessions: dict[tuple[str, str, bool], TargetAccount] = {}


def target_account(release: Release, target: Target, *, read_only: bool = False) -> TargetAccount:
    """The target's account, proven to be the one that the release names.

    Kept for the life of the function, per release and target, until shortly before the session ends.
    Raises WrongAccount when the role leads elsewhere: nothing is written before that is known.
    """
    key = (release.release_id, target.name, read_only)
    known = _sessions.get(key)
    if known is None or known.expires - now() < RENEW_BEFORE:
        known = _sessions[key] = _assume(release, target, read_only=read_only)
    return known


def _assume(release: Release, target: Target, *, read_only: bool) -> TargetAccount:
    partition = session().get_partition_for_region(target.region)
    extra: dict[str, Any] = {"Policy": json.dumps(READ_ONLY)} if read_only else {}
    answer = own("sts").assume_role(
        RoleArn=f"arn:{partition}:iam::{target.account_id}:role/{DEPLOY_ROLE}",
        RoleSessionName=release.release_id[:64],
        ExternalId=release.external_id,
        DurationSeconds=SESSION_SECONDS,
        Tags=[
            {"Key": "release", "Value": release.release_id},
            {"Key": "service", "Value": release.service},
            {"Key": "target", "Value": target.name},
        ],
        **extra,
    )["Credentials"]
    credentials = (answer["AccessKeyId"], answer["SecretAccessKey"], answer["SessionToken"])
    actual = _client("sts", target.region, credentials).get_caller_identity()["Account"]
    if actual != target.account_id:
        raise WrongAccount(
            f"the deploy role of {target.name} leads into account {actual}, the release says {target.account_id}; "
            "mend accounts in fleet.yaml, or the role",
            target=target.name,
        )
    return TargetAccount(target.region, target.account_id, partition, credentials, answer["Expiration"].timestamp())
