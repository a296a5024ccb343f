"""Where the rows of a file go: the import function of the graphlet that owns them, at one target."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from botocore.exceptions import ClientError

from milkrun.accounts import CLIENT_CONFIG, session
from milkrun.catalogue.checkpoint import Book
from milkrun.catalogue.errors import CatalogueError
from milkrun.catalogue.files import KINDS
from milkrun.catalogue.importer import LambdaImporter, invoke_config
from milkrun.catalogue.loader import AT_ONCE, Load
from milkrun.environment import Environment
from milkrun.errors import FleetInvalid
from milkrun.fleet import Fleet, Target

SERVICES: Mapping[str, str] = {
    "name.basics": "imdb/people",
    "title.basics": "imdb/titles",
    "title.principals": "imdb/titles",
    "title.ratings": "imdb/ratings",
    "image.list": "imdb/images",
    "award.list": "imdb/awards",
}


class NotReleased(CatalogueError):
    """The graphlet that owns a file's rows is not there, or takes none."""


@dataclass(frozen=True)
class Destination:
    """The import function of a file at a target.  ``stack_id`` is new whenever the stack is: what it holds is, too."""

    file: str
    target: Target
    function: str
    stack_id: str


def targets_of(fleet: Fleet, service: str) -> dict[str, Target]:
    """Every target of a service by its name."""
    return {target.name: target for wave in fleet.stops(service) for target in wave.targets}


def find_destination(environment: Environment, file: str, target_name: str) -> Destination:
    """The destination of a file.

    Raises FleetInvalid for a target that the service does not have, NotReleased where no import function runs.
    """
    service = SERVICES[file]
    targets = targets_of(environment.fleet, service)
    if target_name not in targets:
        raise FleetInvalid(f"{target_name!r} is no target of {service}; there are: {', '.join(targets)}")
    target = targets[target_name]
    stack = service.replace("/", "-")
    missing = f"{service} takes no rows at {target_name}: release it first (milkrun release start {service})"
    made = session(environment.fleet, target.account, target.region)
    try:
        stack_id = made.client("cloudformation", config=CLIENT_CONFIG).describe_stacks(StackName=stack)["Stacks"][0]
        made.client("lambda", config=CLIENT_CONFIG).get_function_configuration(FunctionName=f"{stack}-import")
    except ClientError as error:
        if "does not exist" in str(error) or error.response["Error"]["Code"] == "ResourceNotFoundException":
            raise NotReleased(missing) from error
        raise
    return Destination(file, target, f"{stack}-import", stack_id["StackId"])


def load(
    environment: Environment, to: Destination, path: Path, *, restart: bool = False, at_once: int = AT_ONCE
) -> Load:
    """A load of one file, ready to run.  It goes on where one into the same stack has ended."""
    made = session(environment.fleet, to.target.account, to.target.region)
    importer = LambdaImporter(made.client("lambda", config=invoke_config(at_once)), to.function)
    stack = hashlib.sha256(to.stack_id.encode()).hexdigest()[:12]
    book = Book(environment.state_dir / "catalogue" / f"{to.target.name}-{stack}", to.file)
    return Load(path, KINDS[to.file], importer, book, restart=restart, at_once=at_once)
