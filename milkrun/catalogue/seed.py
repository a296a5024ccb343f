"""Loads the sample of the catalogue into every target of the graphlets, wherever they run."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from milkrun.catalogue.destination import SERVICES, Destination, NotReleased, targets_of
from milkrun.catalogue.errors import CatalogueError
from milkrun.catalogue.folder import SAMPLE, find_files
from milkrun.catalogue.loader import Summary
from milkrun.environment import Environment

TARGETS_AT_ONCE = 2


@dataclass(frozen=True)
class Seeded:
    """What the sample's rows met: loaded now, or there before; and the files that nobody takes yet, with the reason."""

    loaded: int = 0
    as_they_were: int = 0
    not_taken: tuple[str, ...] = ()

    def __str__(self) -> str:
        missing = f", {len(self.not_taken)} files not taken" if self.not_taken else ""
        if self.loaded:
            return f"{self.loaded} rows of the catalogue{missing}"
        return f"catalogue {'as it was' if self.as_they_were else 'not there'}{missing}"


class SampleRejected(CatalogueError):
    """A graphlet refuses rows of the sample."""


def seed_catalogue(environment: Environment) -> Seeded:
    """Load the sample into every target of the services that the fleet has.  What is there already is not sent again.

    Raises SampleRejected, and whatever a load raises.
    """
    files = {name: path for name, path in find_files(SAMPLE).items() if SERVICES[name] in environment.fleet.services}
    targets = sorted({target for name in files for target in targets_of(environment.fleet, SERVICES[name])})
    with ThreadPoolExecutor(TARGETS_AT_ONCE) as pool:
        found = [one for seen in pool.map(lambda name: list(_seed(environment, files, name)), targets) for one in seen]
    summaries = [one for one in found if isinstance(one, Summary)]
    return Seeded(
        sum(one.written for one in summaries if not one.as_it_was),
        sum(one.written for one in summaries if one.as_it_was),
        tuple(str(one) for one in found if isinstance(one, NotReleased)),
    )


def _seed(environment: Environment, files: dict[str, Path], target: str) -> Iterator[Summary | NotReleased]:
    here = {name: path for name, path in files.items() if target in targets_of(environment.fleet, SERVICES[name])}
    to = Destination(environment, target, here)
    for name, path in here.items():
        try:
            summary = to.load(name, path).run()
        except NotReleased as missing:
            yield missing
            continue
        if summary.rejected:
            raise SampleRejected(
                f"{SERVICES[name]} at {target} refuses {summary.rejected} rows of {path.name}: see {summary.rejects_in}"
            )
        yield summary
