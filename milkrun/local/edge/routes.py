"""Which API answers a host name and a path: the rules of Route 53 and API Gateway, without any network.

A name answers only if a DNS record leads to a custom domain: as on AWS, one alone does nothing. Where several records
bear the name, failover takes the primary while it is healthy, latency the Region that the client says it is in, and
weights draw lots; of what is left, the first by Region. Unhealthy records count only when there is no healthy one.
"""

import random
from collections.abc import Iterable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Mapping:
    """A base path of a domain, and the stage of an API that it leads to."""

    base_path: str
    api: str
    stage: str

    def rest_of(self, path: str) -> str | None:
        """The path that the API sees, or None if this mapping is not for it."""
        if not self.base_path:
            return path
        prefix = f"/{self.base_path}"
        if path == prefix:
            return "/"
        return path[len(prefix) :] if path.startswith(f"{prefix}/") else None


@dataclass(frozen=True)
class Domain:
    """A custom domain of API Gateway in one account and Region."""

    name: str
    account: str
    region: str
    targets: tuple[str, ...] = ()
    mappings: tuple[Mapping, ...] = ()


@dataclass(frozen=True)
class Record:
    """A DNS record that leads somewhere."""

    name: str
    zone: str
    account: str
    targets: tuple[str, ...]
    region: str | None = None
    failover: str | None = None
    weight: int | None = None
    healthy: bool = True


@dataclass(frozen=True)
class Route:
    """Where a request goes."""

    domain: Domain
    mapping: Mapping
    path: str


class UnknownHost(LookupError):
    """No DNS record leads from this name to an API."""


class NoRecord(UnknownHost):
    """There is a custom domain of that name, but no record points to it."""


class UnmappedPath(LookupError):
    """The host is known; no base path of it begins this path."""

    def __init__(self, domain: Domain) -> None:
        super().__init__(domain.name)
        self.domain = domain


@dataclass(frozen=True)
class Names:
    """All names of the local cloud at one moment."""

    domains: tuple[Domain, ...] = ()
    records: tuple[Record, ...] = ()

    def find(self, host: str, path: str, client_region: str | None = None) -> Route:
        """The way for a request; raises UnknownHost or UnmappedPath."""
        domain = self.domain_of(host.lower(), client_region)
        found = ((mapping, mapping.rest_of(path)) for mapping in domain.mappings)
        fitting = [(mapping, rest) for mapping, rest in found if rest is not None]
        if not fitting:
            raise UnmappedPath(domain)
        mapping, rest = max(fitting, key=lambda pair: len(pair[0].base_path))
        return Route(domain, mapping, rest)

    def domain_of(self, host: str, client_region: str | None = None) -> Domain:
        """The custom domain that the records of a name lead to."""
        named = [domain for domain in self.domains if domain.name == host]
        records = [record for record in self.records if record.name == host]
        led_to = {record: domain for record in records if (domain := _led_to(record, named)) is not None}
        if not led_to:
            raise (NoRecord if named else UnknownHost)(host)
        return led_to[choose(led_to, client_region)]

    def hosts(self) -> tuple[Domain, ...]:
        """Every domain that has a name, sorted for people."""
        reachable = {record.name for record in self.records}
        named = (domain for domain in self.domains if domain.name in reachable)
        return tuple(sorted(named, key=lambda domain: (domain.name.split(".")[::-1], domain.region)))


def _led_to(record: Record, domains: Sequence[Domain]) -> Domain | None:
    """Targets name a domain and its Region, but no account: where two accounts hold both, the zone's own is meant."""
    fitting = [domain for domain in domains if set(record.targets) & set(domain.targets)]
    own = [domain for domain in fitting if domain.account == record.account]
    return next(iter([*own, *fitting]), None)


def choose(records: Iterable[Record], client_region: str | None) -> Record:
    """The record that DNS would answer with."""
    all_records = sorted(records, key=lambda record: (record.region or "", record.targets))
    alive = [record for record in all_records if record.healthy] or all_records
    primaries = [record for record in alive if record.failover == "PRIMARY"]
    pool = primaries or alive
    near = [record for record in pool if client_region and record.region == client_region]
    pool = near or pool
    weights = [record.weight or 0 for record in pool]
    if any(weights):
        return random.choices(pool, weights)[0]  # noqa: S311 - shares of traffic, not secrets
    return pool[0]
