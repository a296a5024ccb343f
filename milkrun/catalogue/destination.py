"""Where the rows of a file go: the import functions of the graphlets, at one target."""

import hashlib
from collections.abc import Iterable, Mapping
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

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

if TYPE_CHECKING:
    from mypy_boto3_cloudformation import CloudFormationClient
    from mypy_boto3_lambda import LambdaClient

SERVICES: Mapping[str, str] = {
    "name.basics": "imdb/people",
    "title.basics": "imdb/titles",
    "title.principals": "imdb/titles",
    "title.ratings": "imdb/ratings",
    "image.list": "imdb/images",
    "award.list": "imdb/awards",
}


class NotReleased(CatalogueError):
    """The graphlet that owns a file's rows is not there."""


def targets_of(fleet: Fleet, service: str) -> dict[str, Target]:
    """Every target of a service by its name."""
    return {target.name: target for wave in fleet.stops(service) for target in wave.targets}


class Destination:
    """The graphlets at one target."""

    def __init__(self, environment: Environment, target_name: str, files: Iterable[str]) -> None:
        """``files`` are those that are to go there.  Raises FleetInvalid where one of their graphlets never does."""
        for service in sorted({SERVICES[file] for file in files}):
            targets = targets_of(environment.fleet, service)
            if target_name not in targets:
                raise FleetInvalid(f"{target_name!r} is no target of {service}; there are: {', '.join(targets)}")
            self.target = targets[target_name]
        self._session = session(environment.fleet, self.target.account, self.target.region)
        self._notes = environment.state_dir / "catalogue"

    def load(self, file: str, path: Path, *, restart: bool = False, at_once: int = AT_ONCE) -> Load:
        """A load of one file, ready to run; it goes on where one into the same stack has ended.

        A stack that was made anew is another one: what its tables hold is, too.  Raises NotReleased.
        """
        stack = SERVICES[file].replace("/", "-")
        identity = hashlib.sha256(self._stack_id(stack, file).encode()).hexdigest()[:12]
        importer = LambdaImporter(lambda: self._invoker(at_once), f"{stack}-import")
        book = Book(self._notes / f"{self.target.name}-{identity}", file)
        return Load(path, KINDS[file], importer, book, restart=restart, at_once=at_once)

    def _stack_id(self, stack: str, file: str) -> str:
        try:
            return self._stacks.describe_stacks(StackName=stack)["Stacks"][0]["StackId"]
        except ClientError as error:
            if "does not exist" not in str(error):
                raise
            service = SERVICES[file]
            raise NotReleased(
                f"{service} is not at {self.target.name}: release it first (milkrun release start {service})"
            ) from error

    @cached_property
    def _stacks(self) -> "CloudFormationClient":
        return self._session.client("cloudformation", config=CLIENT_CONFIG)

    def _invoker(self, at_once: int) -> "LambdaClient":
        return self._session.client("lambda", config=invoke_config(at_once))
