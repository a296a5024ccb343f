"""What runs where: the stacks of every target, and the addresses to try."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from botocore.exceptions import ClientError

from milkrun.accounts import CLIENT_CONFIG, session
from milkrun.environment import Environment
from milkrun.fleet import Fleet, Target

PAGES, GATEWAY = "imdb/web", "imdb/gateway"


@dataclass(frozen=True)
class Running:
    """One stack in one target.  ``release`` is None for a stack that is not there."""

    service: str
    target: str
    account_id: str
    region: str
    status: str
    release: str | None
    url: str


def what_runs(environment: Environment) -> list[Running]:
    """Every service of the fleet at every one of its targets, in the order of the stops."""
    fleet = environment.fleet
    places = [
        (service, target) for service in fleet.services for wave in fleet.stops(service) for target in wave.targets
    ]
    with ThreadPoolExecutor(max_workers=8) as pool:
        return list(pool.map(lambda place: _look(fleet, *place), places))


def _look(fleet: Fleet, service: str, target: Target) -> Running:
    client = session(fleet, target.account, target.region).client("cloudformation", config=CLIENT_CONFIG)
    url = fleet.parameters(service, target).get("ServiceUrl", "")
    try:
        stack = client.describe_stacks(StackName=service.replace("/", "-"))["Stacks"][0]
    except ClientError as error:
        if "does not exist" not in str(error):
            raise
        return Running(service, target.name, target.account_id, target.region, "not there", None, url)
    tags = {tag["Key"]: tag["Value"] for tag in stack.get("Tags", [])}
    return Running(
        service, target.name, target.account_id, target.region, stack["StackStatus"], tags.get("release"), url
    )


def urls_to_try(environment: Environment, fcs: dict[str, list[str]]) -> Iterator[str]:
    """Commands that show a newcomer something."""
    fleet = environment.fleet
    target = fleet.targets("cell")[0]
    base = fleet.parameters("fulfillment/pack", target)["ServiceUrl"]
    yield f"curl {base.removesuffix('/pack')}/"
    yield f"curl {base}/fcs/{fcs[target.name][0]}/boxes"
    if PAGES in fleet.services:
        pages, gateway = (
            fleet.parameters(service, fleet.targets("imdb")[0])["ServiceUrl"] for service in (PAGES, GATEWAY)
        )
        yield f"{pages}/name/nm0000329   in a browser: a page from five graphlets"
        yield f"{gateway}/   in a browser: an editor for GraphQL queries"
