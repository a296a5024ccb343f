"""Deploys the delivery stack: the one stack that no release machine brings, because it is the release machines."""

import os
import subprocess
from collections.abc import Mapping

from botocore.exceptions import ClientError

from milkrun.accounts import CLIENT_CONFIG, session
from milkrun.environment import Environment
from milkrun.errors import CommandFailed
from milkrun.release.build import sam_build, sam_command
from milkrun.release.delivery import STACK, artifact_bucket
from milkrun.sources import source_digest, stack_sources

DEPLOY_SECONDS = 900
OWNER = "delivery-platform"
SOURCE_TAG = "source"


def deploy_delivery(environment: Environment) -> bool:
    """Build and deploy it if its sources are not those of the deployed one.  True if that changed anything.

    Raises CommandFailed with sam's own words.
    """
    source = source_digest(environment.root, stack_sources(environment.root, STACK))
    if _tags(environment).get(SOURCE_TAG) == source:
        return False
    with sam_build(environment.root, environment.root, STACK):
        _sam_deploy(environment, source)
    return True


def _sam_deploy(environment: Environment, source: str) -> None:
    fleet = environment.fleet
    account = fleet.account_that_runs("delivery")
    region = fleet.accounts[account].regions[0]
    command = [sam_command(environment.root), "deploy", "--config-env", STACK, "--no-confirm-changeset"]
    command += ["--no-fail-on-empty-changeset", "--region", region]
    command += ["--s3-bucket", artifact_bucket(fleet.accounts[account].id, region), "--s3-prefix", STACK]
    command += ["--tags", f"owner={OWNER}", f"service={STACK}", f"{SOURCE_TAG}={source}"]
    result = subprocess.run(  # noqa: S603 - our own sam, with our own arguments
        command,
        cwd=environment.root,
        env=credentials_for(environment, account),
        capture_output=True,
        text=True,
        timeout=DEPLOY_SECONDS,
        check=False,
    )
    if result.returncode != 0:
        raise CommandFailed(f"sam deploy of the delivery stack failed:\n{(result.stdout + result.stderr)[-3000:]}")


def credentials_for(environment: Environment, account: str) -> Mapping[str, str]:
    """The operator's environment with the credentials of one account, for a program that we call."""
    opened = session(environment.fleet, account)
    found = opened.get_credentials()
    if found is None:
        raise CommandFailed(f"there are no credentials for account {account}: log in first")
    keys = found.get_frozen_credentials()
    clean = {name: value for name, value in os.environ.items() if name not in {"AWS_PROFILE", "AWS_SESSION_TOKEN"}}
    token = {"AWS_SESSION_TOKEN": keys.token} if keys.token else {}
    return (
        clean
        | token
        | {
            "AWS_ACCESS_KEY_ID": keys.access_key or "",
            "AWS_SECRET_ACCESS_KEY": keys.secret_key or "",
            "AWS_DEFAULT_REGION": opened.region_name or "",
            "SAM_CLI_TELEMETRY": "0",
        }
    )


def _tags(environment: Environment) -> dict[str, str]:
    account = environment.fleet.account_that_runs("delivery")
    client = session(environment.fleet, account).client("cloudformation", config=CLIENT_CONFIG)
    try:
        stack = client.describe_stacks(StackName=STACK)["Stacks"][0]
    except ClientError as error:
        if "does not exist" in str(error):
            return {}
        raise
    return {tag["Key"]: tag["Value"] for tag in stack.get("Tags", [])}
