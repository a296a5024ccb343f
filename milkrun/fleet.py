"""The fleet: accounts, pipelines, services and owners, as fleet.yaml states them.

Everything that needs an account number, a Region, an order or an owner asks here; nothing else knows how many
cells there are.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import batched
from pathlib import Path
from typing import Annotated, Any, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError, model_validator

from milkrun.errors import FleetInvalid
from milkrun.fleet_file import FleetFile

AccountId = Annotated[str, StringConstraints(pattern=r"^\d{12}$")]
Name = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]*$")]
Path2 = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]*(/[a-z][a-z0-9-]*)?$")]
Region = Annotated[str, StringConstraints(pattern=r"^[a-z]{2}(-[a-z]+)+-\d$")]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Account(_Part):
    """One AWS account: its number, what kind of thing runs there, and where."""

    id: AccountId
    runs: Name
    regions: Annotated[tuple[Region, ...], Field(min_length=1)] = ("us-east-1",)


class Owner(_Part):
    """Who is paged."""

    page: str


class Bake(_Part):
    """How long a target is watched after its update, and on what evidence it is called healthy.

    Times in seconds. ``min_requests`` counts requests that this target answered since its update; with ``top_up``, the
    smoke test makes up those that are missing when ``seconds`` are over.
    """

    seconds: Annotated[int, Field(ge=0)]
    min_requests: Annotated[int, Field(ge=0)]
    max_seconds: Annotated[int, Field(ge=0)]
    max_error_rate: Annotated[float, Field(ge=0, le=1)]
    period: Annotated[int, Field(ge=1)]
    top_up: bool = False

    @model_validator(mode="after")
    def _the_limit_leaves_room(self) -> Self:
        if self.max_seconds < self.seconds:
            msg = f"max_seconds ({self.max_seconds}) is less than seconds ({self.seconds}): no bake could ever pass"
            raise ValueError(msg)
        return self


class WaveEntry(_Part):
    """A wave as written: the targets of one kind of account, ``at_once`` in parallel, and what its bake changes."""

    name: str
    targets: Name
    at_once: Annotated[int, Field(ge=1)] = 1
    bake: dict[str, float | bool] = {}


class Pipeline(_Part):
    """The order in which a service reaches its targets.

    A target with an active alarm is waited for ``alarm_wait_seconds``, and then not touched.
    """

    waves: Annotated[tuple[WaveEntry, ...], Field(min_length=1)]
    bake: Bake
    poll_seconds: Annotated[int, Field(ge=1)]
    alarm_wait_seconds: Annotated[int, Field(ge=0)]

    def bake_of(self, wave: WaveEntry) -> Bake:
        return Bake.model_validate(self.bake.model_dump() | wave.bake)

    @model_validator(mode="after")
    def _every_wave_can_bake(self) -> Self:
        for wave in self.waves:
            self.bake_of(wave)
        return self


class Service(_Part):
    """One stack, one team, one pipeline. ``parameters`` may hold {target}, {region}, {domain}, {scheme}, {port}."""

    owner: Name
    pipeline: Name
    after: tuple[Path2, ...] = ()
    parameters: dict[str, str] = {}


class Cloud(_Part):
    """Where the accounts are, and how an operator gets into one.

    ``profile`` is the name of an AWS profile with {account} in it; without one the account's number is the
    access key, as the local cloud has it.
    """

    endpoint_url: str | None = None
    profile: str | None = None


@dataclass(frozen=True)
class Target:
    """One place a service is released to: an account and a Region of it."""

    name: str
    account: str
    account_id: str
    region: str
    kind: str


@dataclass(frozen=True)
class Wave:
    """Targets that are updated together, and the bake that each must pass before the next wave begins."""

    name: str
    bake: Bake
    targets: tuple[Target, ...]


class Fleet(_Part):
    """Everything that fleet.yaml says, checked."""

    domain: str
    scheme: str = "https"
    port: str = ""
    external_id: str
    cloud: Cloud
    accounts: dict[Name, Account]
    owners: dict[Name, Owner]
    pipelines: dict[Name, Pipeline]
    services: dict[Path2, Service]

    @model_validator(mode="after")
    def _names_refer_to_something(self) -> Self:
        problems = [*self._account_problems(), *self._service_problems()]
        if problems:
            raise FleetProblems(problems)
        return self

    def _account_problems(self) -> Iterator[tuple[str, str]]:
        seen: dict[str, str] = {}
        for name, account in self.accounts.items():
            if account.id in seen:
                yield f"accounts.{name}.id", f"{account.id} is the number of {seen[account.id]} too: give each its own"
            seen[account.id] = name
        kinds = {account.runs for account in self.accounts.values()}
        for required in ("delivery",):
            if required not in kinds:
                yield "accounts", f"no account runs {required}: add one, its stack releases all the others"
        for name, pipeline in self.pipelines.items():
            for index, wave in enumerate(pipeline.waves):
                if wave.targets not in kinds:
                    yield f"pipelines.{name}.waves.{index}.targets", _unknown(wave.targets, "kind of account", kinds)

    def _service_problems(self) -> Iterator[tuple[str, str]]:
        for name, service in self.services.items():
            if service.owner not in self.owners:
                yield f"services.{name}.owner", _unknown(service.owner, "owner", self.owners)
            if service.pipeline not in self.pipelines:
                yield f"services.{name}.pipeline", _unknown(service.pipeline, "pipeline", self.pipelines)
            for index, other in enumerate(service.after):
                if other not in self.services:
                    yield f"services.{name}.after.{index}", _unknown(other, "service", self.services)
            for key, value in service.parameters.items():
                for placeholder in re.findall(r"{(.*?)}", value):
                    if placeholder not in self._words(_EXAMPLE):
                        place = f"services.{name}.parameters.{key}"
                        yield place, _unknown(placeholder, "placeholder", self._words(_EXAMPLE))
        if cycle := self._cycle():
            yield f"services.{cycle[0]}.after", f"{' → '.join(cycle)} wait for each other: take one `after` out"

    def _cycle(self) -> list[str]:
        done: set[str] = set()

        def walk(name: str, trail: list[str]) -> list[str]:
            if name in trail:
                return [*trail[trail.index(name) :], name]
            if name in done or name not in self.services:
                return []
            for other in self.services[name].after:
                if found := walk(other, [*trail, name]):
                    return found
            done.add(name)
            return []

        return next((found for name in self.services if (found := walk(name, []))), [])

    def _words(self, target: Target) -> dict[str, str]:
        return {
            "target": target.name,
            "region": target.region,
            "domain": self.domain,
            "scheme": self.scheme,
            "port": self.port,
        }

    def account_that_runs(self, kind: str) -> str:
        """The name of the one account of a kind, e.g. ``delivery``."""
        return next(name for name, account in self.accounts.items() if account.runs == kind)

    def service(self, name: str) -> Service:
        """The service of that name.

        Raises FleetInvalid with the names there are.
        """
        if name not in self.services:
            raise FleetInvalid(f"fleet.yaml: {_unknown(name, 'service', self.services)}")
        return self.services[name]

    def targets(self, kind: str) -> tuple[Target, ...]:
        """Every target of one kind of account, in the order of fleet.yaml."""
        return tuple(
            Target(name if len(account.regions) == 1 else f"{name}.{region}", name, account.id, region, account.runs)
            for name, account in self.accounts.items()
            if account.runs == kind
            for region in account.regions
        )

    def stops(self, service: str) -> tuple[Wave, ...]:
        """The waves of a service in order: an entry with more targets than ``at_once`` becomes several waves."""
        pipeline = self.pipelines[self.service(service).pipeline]
        return tuple(
            Wave(_wave_name(entry, targets), pipeline.bake_of(entry), targets)
            for entry in pipeline.waves
            for targets in batched(self.targets(entry.targets), entry.at_once, strict=False)
        )

    def parameters(self, service: str, target: Target) -> dict[str, str]:
        """The stack parameters that fleet.yaml gives a service at one target."""
        words = self._words(target)
        return {key: value.format_map(words) for key, value in self.service(service).parameters.items()}


_EXAMPLE = Target("cell-1", "cell-1", "700000000001", "us-east-1", "cell")


class FleetProblems(ValueError):
    """References that lead nowhere: pairs of place and mend."""

    def __init__(self, problems: list[tuple[str, str]]) -> None:
        super().__init__("; ".join(f"{place}: {mend}" for place, mend in problems))
        self.problems = problems


def _wave_name(entry: WaveEntry, targets: tuple[Target, ...]) -> str:
    return f"{entry.name}: {', '.join(target.name for target in targets)}"


def load_fleet(root: Path, overlay: Path | None = None, override: Mapping[str, Any] | None = None) -> Fleet:
    """Read fleet.yaml below ``root``, laid over with ``overlay`` and then with ``override``.

    Raises FleetInvalid that names file, line, place and mend of everything that is wrong.
    """
    file = FleetFile.read(root / "fleet.yaml", overlay)
    try:
        return Fleet.model_validate(file.merged(override or {}))
    except ValidationError as error:
        raise FleetInvalid("\n".join(_explain(error, file))) from error


def _explain(error: ValidationError, file: FleetFile) -> Iterator[str]:
    for found in error.errors():
        cause = found.get("ctx", {}).get("error")
        if isinstance(cause, FleetProblems):
            for place, mend in cause.problems:
                yield f"{file.where(place)}: {place}: {mend}"
        else:
            parts = [str(part) for part in found["loc"] if part != "[key]"]
            place = ".".join(parts)
            yield f"{file.where(place)}: {place}: {_mend(found['type'], found['msg'], found.get('input'))}"


def _mend(kind: str, message: str, given: object) -> str:
    known = {
        "missing": "is missing: add it",
        "extra_forbidden": "is not a word that fleet.yaml knows: take it out, or mend its spelling",
    }
    if kind in known:
        return known[kind]
    if kind == "string_type" and isinstance(given, int):
        return f"{given} is read as a number, which loses leading zeros: put it in quotes"
    return f"{given!r}: {message.removeprefix('Value error, ')}"


def _unknown(name: str, kind: str, known: object) -> str:
    names = ", ".join(sorted(str(one) for one in known)) if isinstance(known, (set, dict)) else str(known)
    return f"{name!r} is no {kind} here; there are: {names}"
