"""Sessions in the fleet's accounts, as the operator has them."""

import boto3
from botocore.config import Config
from botocore.exceptions import ProfileNotFound

from milkrun.errors import FleetInvalid
from milkrun.fleet import Fleet

# Short enough that a dead endpoint is told within seconds; Step Functions and CloudFormation calls all return at once.
CLIENT_CONFIG = Config(connect_timeout=3, read_timeout=30, retries={"mode": "standard", "total_max_attempts": 3})


def session(fleet: Fleet, account: str, region: str | None = None) -> boto3.Session:
    """A session in the account of that name, in ``region`` or the account's first one.

    Its clients talk to $AWS_ENDPOINT_URL where that is set (``Environment.activate``). Pass them ``CLIENT_CONFIG``.
    Raises FleetInvalid for an account that is not in the fleet, and for a profile that the operator lacks.
    """
    if account not in fleet.accounts:
        raise FleetInvalid(f"{account!r} is no account of fleet.yaml; there are: {', '.join(fleet.accounts)}")
    found = fleet.accounts[account]
    region = region or found.regions[0]
    if fleet.cloud.profile is None:
        return boto3.Session(aws_access_key_id=found.id, aws_secret_access_key="local-cloud", region_name=region)  # noqa: S106 - the local cloud takes any secret
    profile = fleet.cloud.profile.format(account=account)
    try:
        return boto3.Session(profile_name=profile, region_name=region)
    except ProfileNotFound as error:
        raise FleetInvalid(
            f"there is no AWS profile {profile!r}: add it to ~/.aws/config, or change cloud.profile in fleet.yaml"
        ) from error
