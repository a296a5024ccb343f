"""Lays the baseline into every account of the fleet: the deploy roles and the bucket that releases come through."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from milkrun.accounts import CLIENT_CONFIG, session
from milkrun.environment import Environment
from milkrun.errors import MilkrunError
from milkrun.stacks import deploy

STACK = "account"
OWNER = "delivery-platform"


class WrongAccount(MilkrunError):
    """The operator's credentials for an account of the fleet belong to another one."""


@dataclass(frozen=True)
class Baseline:
    """One account and Region, and whether its baseline changed."""

    account: str
    region: str
    changed: bool


def lay_baseline(environment: Environment, only: str | None = None) -> list[Baseline]:
    """Deploy functions/account into every account and Region, or into ``only`` one account; the accounts in parallel.

    Raises WrongAccount before anything is written if a profile leads into another account than fleet.yaml says.
    """
    accounts = [only] if only else list(environment.fleet.accounts)
    for account in accounts:
        _check_account(environment, account)
    with ThreadPoolExecutor(max_workers=4) as pool:
        return [one for found in pool.map(lambda name: list(_lay(environment, name)), accounts) for one in found]


def _check_account(environment: Environment, account: str) -> None:
    sts = session(environment.fleet, account).client("sts", config=CLIENT_CONFIG)
    actual = sts.get_caller_identity()["Account"]
    expected = environment.fleet.accounts[account].id
    if actual != expected:
        raise WrongAccount(
            f"your credentials for account {account} lead to {actual}, but fleet.yaml says {expected}: "
            f"mend the profile, or accounts.{account}.id"
        )


def _lay(environment: Environment, account: str) -> Iterator[Baseline]:
    fleet = environment.fleet
    template = (environment.root / "functions" / "account" / "template.yaml").read_text()
    home = fleet.accounts[account].regions[0]
    for region in fleet.accounts[account].regions:
        client = session(fleet, account, region).client("cloudformation", config=CLIENT_CONFIG)
        parameters = {
            "DeliveryAccountId": fleet.accounts[fleet.account_that_runs("delivery")].id,
            "ExternalId": fleet.external_id,
            # roles are global: only the first Region of an account makes them
            "MakesRoles": "true" if region == home else "false",
        }
        yield Baseline(account, region, deploy(client, STACK, template, parameters, OWNER))
