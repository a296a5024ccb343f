"""`milkrun env`: an account's credentials for other tools."""

from typing import Annotated

import typer

from milkrun.accounts import session
from milkrun.environment import Environment
from milkrun.errors import FleetInvalid


def env(
    context: typer.Context,
    account: Annotated[str, typer.Argument(help="An account of fleet.yaml, e.g. preprod")],
) -> None:
    """Print an account's environment for the AWS CLI or sam: eval "$(milkrun env preprod)"."""
    environment: Environment = context.obj
    opened = session(environment.fleet, account)
    found = opened.get_credentials()
    if found is None:
        raise FleetInvalid(f"the AWS profile of account {account} holds no credentials: log in first")
    keys = found.get_frozen_credentials()
    values = {
        "AWS_ACCESS_KEY_ID": keys.access_key,
        "AWS_SECRET_ACCESS_KEY": keys.secret_key,
        "AWS_SESSION_TOKEN": keys.token,
        "AWS_DEFAULT_REGION": opened.region_name,
        "AWS_ENDPOINT_URL": environment.fleet.cloud.endpoint_url,
    }
    for name, value in values.items():
        # a variable of an earlier account must not outlive the switch
        typer.echo(f"export {name}={value}" if value else f"unset {name}")
