"""What the functions of this module are told by their stack.

Not the core layer's settings: their library costs a cold start more than everything else that the gateway imports.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Self

from milkrun_graph.executor import Limits, Options
from milkrun_graph.executor.breaker import BreakerPolicy
from milkrun_graph.executor.options import TRACE_HEADERS
from milkrun_graph.executor.propagate import CACHE_CONTROL, SET_COOKIE, HeaderRule
from milkrun_graph.serve.protocol import PREFLIGHT_HEADERS, Cors

from gateway.domain.errors import SettingInvalid

CLIENT_HEADERS = ("apollographql-client-name", "x-client-name")
SENT_BY_PAGES = ("content-type", "authorization", "traceparent", *CLIENT_HEADERS, *PREFLIGHT_HEADERS)
SEEN_BY_PAGES = ("x-correlation-id",)
# What becomes of several graphlets' values; of any other header the last one counts.
MERGED = {rule.name: rule for rule in (CACHE_CONTROL, SET_COOKIE)}


@dataclass(frozen=True, slots=True)
class GatewaySettings:
    """Of the function that answers GraphQL.  Seconds are seconds; names of headers are in lower case."""

    cell: str
    release: str
    region: str
    registry_bucket: str
    usage_queue_url: str
    user_pool_id: str
    user_pool_clients: frozenset[str]
    poll_seconds: float
    usage_seconds: float
    only_known: bool
    cors: Cors
    owners: Mapping[str, str]
    breaker: BreakerPolicy
    retry_attempts: int
    options: Options = field(default_factory=Options)

    @classmethod
    def read(cls, environment: Mapping[str, str]) -> Self:
        """From the function's environment.  Raises SettingInvalid that names the variable."""
        told = _Told(environment)
        return cls(
            cell=told.text("MILKRUN_CELL"),
            release=told.text("MILKRUN_RELEASE"),
            region=told.text("AWS_REGION"),
            registry_bucket=told.text("MILKRUN_REGISTRY_BUCKET"),
            usage_queue_url=told.text("MILKRUN_USAGE_QUEUE_URL"),
            user_pool_id=told.text("MILKRUN_USER_POOL_ID"),
            user_pool_clients=frozenset(told.names("MILKRUN_USER_POOL_CLIENTS")),
            poll_seconds=told.number("MILKRUN_POLL_SECONDS"),
            usage_seconds=told.number("MILKRUN_USAGE_SECONDS"),
            only_known=told.flag("MILKRUN_ONLY_KNOWN_OPERATIONS"),
            cors=Cors(frozenset(told.names("MILKRUN_CORS_ORIGINS")), headers=SENT_BY_PAGES, exposed=SEEN_BY_PAGES),
            owners=told.pairs("MILKRUN_OWNERS", str),
            breaker=_breaker(told),
            retry_attempts=int(told.number("MILKRUN_FETCH_ATTEMPTS")),
            options=_options(told),
        )


def _breaker(told: "_Told") -> BreakerPolicy:
    return BreakerPolicy(
        failure_share=told.number("MILKRUN_BREAKER_FAILURE_SHARE"),
        minimum_calls=int(told.number("MILKRUN_BREAKER_MINIMUM_CALLS")),
        open_seconds=told.number("MILKRUN_BREAKER_OPEN_SECONDS"),
    )


def _options(told: "_Told") -> Options:
    limits = Limits(
        tokens=int(told.number("MILKRUN_MAX_TOKENS")),
        depth=int(told.number("MILKRUN_MAX_DEPTH")),
        aliases=int(told.number("MILKRUN_MAX_ALIASES")),
        root_fields=int(told.number("MILKRUN_MAX_ROOT_FIELDS")),
        cost=int(told.number("MILKRUN_MAX_COST")) or None,
    )
    forwarded = (name.lower() for name in told.names("MILKRUN_FORWARD_HEADERS"))
    answered = (name.lower() for name in told.names("MILKRUN_ANSWER_HEADERS"))
    return Options(
        limits=limits,
        introspection=told.flag("MILKRUN_INTROSPECTION"),
        forward_headers=(*TRACE_HEADERS, *forwarded),
        subgraph_seconds=told.number("MILKRUN_FETCH_SECONDS"),
        seconds=told.pairs("MILKRUN_FETCH_SECONDS_BY_GRAPHLET", float),
        subgraph_errors=not told.flag("MILKRUN_MASK_ERRORS"),
        response_headers=tuple(MERGED.get(name, HeaderRule(name)) for name in answered),
    )


class _Told:
    """An environment, read with care."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        self._environment = environment

    def text(self, name: str) -> str:
        value = self._environment.get(name, "")
        if not value:
            raise SettingInvalid(f"{name} is not set: the stack's template must say it", setting=name)
        return value

    def names(self, name: str) -> tuple[str, ...]:
        """Separated by commas; none where it is not set."""
        return tuple(filter(None, (part.strip() for part in self._environment.get(name, "").split(","))))

    def number(self, name: str) -> float:
        value = self.text(name)
        try:
            number = float(value)
        except ValueError:
            number = -1
        if number < 0:
            raise SettingInvalid(f"{name} must be a number from 0 on, not {value!r}", setting=name)
        return number

    def flag(self, name: str) -> bool:
        value = self.text(name)
        if value not in ("true", "false"):
            raise SettingInvalid(f"{name} must be true or false, not {value!r}", setting=name)
        return value == "true"

    def pairs[T](self, name: str, kind: Callable[[str], T]) -> dict[str, T]:
        """``people=2,ratings=1.5``; empty where it is not set."""
        found = {}
        for part in self.names(name):
            key, equals, value = part.partition("=")
            try:
                found[key.strip()] = kind(value.strip())
            except ValueError:
                equals = ""
            if not equals or not key.strip():
                raise SettingInvalid(f"{name} must be name=value, separated by commas, not {part!r}", setting=name)
        return found
