"""The catalogue's gateway under test: a registry in memory, graphlets in this process, and requests as API Gateway
sends them."""

import asyncio
import base64
import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import Any

import orjson
from gateway.auth import Keys, Pool, Tokens
from gateway.domain.errors import AwsRefused, SupergraphMissing
from gateway.domain.state import SupergraphRef
from gateway.domain.usage import Tally
from gateway.engine import GraphEngine, Plan
from gateway.front import Front
from gateway.settings import SEEN_BY_PAGES, SENT_BY_PAGES
from gateway.source import Content, Found
from gateway.supergraphs import Supergraphs
from gateway.telemetry import Identity, Telemetry
from gateway.usage import Usage
from milkrun_graph.composer import Subgraph as Composed
from milkrun_graph.composer import compose
from milkrun_graph.executor import Options
from milkrun_graph.executor.artefact import dump
from milkrun_graph.executor.breaker import BreakerPolicy
from milkrun_graph.executor.prepare import prepare
from milkrun_graph.executor.resilience import RetryPolicy
from milkrun_graph.executor.transport import SubgraphTimeout
from milkrun_graph.serve.protocol import Cors
from milkrun_graph.subgraph import Subgraph

ROOT = Path(__file__).parents[2]
EVENTS = ROOT / "events" / "imdb" / "gateway"
ISSUER = "https://cognito-idp.us-east-1.amazonaws.com/us-east-1_Test"
CLIENT = "partner-client"
LINK = (
    'extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", '
    'import: ["@key", "@requiresScopes", "@cost"])\n'
)
SDL = {
    "people": """
type Query { name(id: ID!): Name version: String }
type Mutation { touch(id: ID!): Boolean }
type Name @key(fields: "id") {
  id: ID!
  nameText: String
  salary: Int @requiresScopes(scopes: [["imdb/partner"]])
  knownFor(first: Int! = 4): [Title!]
}
type Title @key(fields: "id", resolvable: false) { id: ID! }
""",
    "titles": """
type Title @key(fields: "id") { id: ID! titleText: String }
""",
    "ratings": """
type Title @key(fields: "id") { id: ID! rating: Float }
""",
}
KNOWN_FOR = 'query KnownFor { name(id: "nm0000329") { nameText knownFor(first: 4) { id titleText rating } } }'
TITLES = ("tt0103064", "tt0120812", "tt0299117", "tt0080180")


def event(name: str) -> dict[str, Any]:
    """A sample event of the gateway."""
    found: dict[str, Any] = json.loads((EVENTS / f"{name}.json").read_text(encoding="utf-8"))
    return found


def posted(query: str, variables: Mapping[str, Any] | None = None, **headers: str) -> dict[str, Any]:
    """A POST of a query; ``_`` in a header's name is ``-``."""
    said = {"content-type": "application/json", "accept": "application/graphql-response+json"}
    said |= {name.replace("_", "-"): value for name, value in headers.items()}
    sent = {"query": query, **({"variables": dict(variables)} if variables else {})}
    return {**event("http-known-for"), "headers": said, "body": json.dumps(sent)}


def got(query: str, **headers: str) -> dict[str, Any]:
    """A GET with a query in the URL."""
    said = {"accept": "application/json", "x-client-name": "test"} | headers
    by_url = {"query": [query]}
    return {**event("http-typename-by-get"), "headers": said, "multiValueQueryStringParameters": by_url}


def in_base64(sent: dict[str, Any]) -> dict[str, Any]:
    return {**sent, "body": base64.b64encode(sent["body"].encode()).decode(), "isBase64Encoded": True}


def heads(answer: Mapping[str, Any], name: str) -> list[str]:
    """All values of one header of an answer."""
    found: list[str] = {key.lower(): values for key, values in answer["multiValueHeaders"].items()}.get(name, [])
    return found


def json_of(answer: Mapping[str, Any]) -> Any:
    return json.loads(answer["body"])


@cache
def content(*graphlets: str, generation: int = 1, known: tuple[str, ...] = (KNOWN_FOR,), note: str = "") -> Content:
    """What the registry publishes of these graphlets; ``note`` makes another supergraph of the same."""
    chosen = graphlets or tuple(SDL)
    parts = [Composed(name, f"test:{name}", LINK + SDL[name] + (f"# {note}" if note else "")) for name in chosen]
    if note:
        parts[0] = replace_version(parts[0], note)
    made = compose(parts)
    assert made.supergraph_sdl is not None, made.errors
    artefact = dump(prepare(made.supergraph_sdl, known).artefact)
    digest, artefact_digest = (hashlib.sha256(one).hexdigest() for one in (made.supergraph_sdl.encode(), artefact))
    keys = (f"supergraphs/{digest}.graphql", f"artefacts/{artefact_digest}.bin")
    return Content(SupergraphRef(generation, digest, keys[0], keys[1], artefact_digest), made.supergraph_sdl, artefact)


def replace_version(part: Composed, note: str) -> Composed:
    return replace(part, sdl=part.sdl.replace("version: String", f"version: String {note}: String"))


@dataclass
class MemorySource:
    """A registry's bucket: what is published, how often it was asked, and whether it answers."""

    published: Content | None = None
    away: Exception | None = None
    looks: int = 0
    loads: int = 0
    gate: asyncio.Event | None = None

    async def look(self, token: str) -> Found | None:
        self.looks += 1
        await self._answering()
        if self.published is None:
            raise SupergraphMissing("nothing was published yet")
        now = f"{self.published.reference.generation}"
        return None if now == token else Found(self.published.reference, now)

    async def load(self, reference: SupergraphRef) -> Content:
        self.loads += 1
        await self._answering()
        assert self.published is not None
        assert self.published.reference == reference
        return self.published

    async def _answering(self) -> None:
        if self.gate is not None:
            await self.gate.wait()
        if self.away is not None:
            raise self.away


AWAY = AwsRefused("s3 did not answer: no connection")


@dataclass(eq=False)
class Graphlets:
    """Graphlets in this process.  ``fails`` raises for one, ``hangs`` makes one never answer; all wait for ``gate``."""

    fails: dict[str, Exception] = field(default_factory=dict)
    hangs: set[str] = field(default_factory=set)
    gate: asyncio.Event | None = None
    calls: list[tuple[str, dict[str, Any], dict[str, str]]] = field(default_factory=list)
    closed: int = 0
    addresses: dict[str, str] = field(default_factory=dict)

    def carriers(self) -> dict[str, Any]:
        return {"test": self}

    def add(self, graph: str, url: str) -> None:
        self.addresses[graph] = url

    def close(self) -> None:
        self.closed += 1

    async def fetch(self, graph: str, body: bytes, headers: Mapping[str, str], deadline: float) -> bytes:
        sent = orjson.loads(body)
        self.calls.append((graph, sent, dict(headers)))
        if graph in self.hangs:
            await asyncio.sleep(deadline - asyncio.get_running_loop().time())
            raise SubgraphTimeout("no answer before the deadline")
        await (self.gate.wait() if self.gate is not None else asyncio.sleep(0))
        if graph in self.fails:
            raise self.fails[graph]
        return orjson.dumps(_subgraph(graph).execute(sent["query"], sent.get("variables")))


@cache
def _subgraph(graph: str) -> Subgraph:
    def person(_: None, __: Any, id: str) -> dict[str, Any]:
        return {"id": id, "nameText": "Jackie Chan", "salary": 1, "knownFor": [{"id": one} for one in TITLES]}

    def titles(wanted: Sequence[Mapping[str, Any]], _: Any) -> list[dict[str, Any]]:
        return [{"id": one["id"], "titleText": f"Title {one['id']}", "rating": 7.5} for one in wanted]

    if graph == "people":
        resolvers: Any = {
            "Query": {"name": person, "version": lambda _, __: "1"},
            "Name": {"knownFor": lambda parent, _, first: parent["knownFor"][:first]},
            "Mutation": {"touch": lambda _, __, **arguments: bool(arguments)},
        }
        return Subgraph(LINK + SDL["people"], resolvers)
    return Subgraph(LINK + SDL[graph], references={"Title": titles})


@dataclass
class Lines:
    """What was logged: messages of the module's logger, and lines of the telemetry."""

    said: list[tuple[str, str, Mapping[str, Any]]] = field(default_factory=list)
    written: list[str] = field(default_factory=list)

    def info(self, msg: object, *, extra: Mapping[str, Any]) -> None:
        self.said.append(("info", str(msg), extra))

    def error(self, msg: object, *, extra: Mapping[str, Any], exc_info: BaseException | None = None) -> None:  # noqa: ARG002 - as loggers have it
        self.said.append(("error", str(msg), extra))

    def errors(self, message: str) -> list[Mapping[str, Any]]:
        return [extra for level, msg, extra in self.said if level == "error" and msg == message]

    def lines(self, message: str) -> list[dict[str, Any]]:
        """The telemetry's lines with this message."""
        found = [json.loads(line) for text in self.written for line in text.splitlines()]
        return [line for line in found if line["message"] == message]


@dataclass
class Sent:
    """The registry's usage queue."""

    messages: list[dict[str, Any]] = field(default_factory=list)
    away: Exception | None = None

    async def __call__(self, message: bytes) -> None:
        if self.away is not None:
            raise self.away
        self.messages.append(json.loads(message))


async def no_keys() -> Keys:
    raise AwsRefused("the user pool did not answer")


@dataclass
class Doors:
    """A gateway, and everything around it that a test may want to look at or to break."""

    source: MemorySource = field(default_factory=lambda: MemorySource(content()))
    graphlets: Graphlets = field(default_factory=Graphlets)
    lines: Lines = field(default_factory=Lines)
    sent: Sent = field(default_factory=Sent)
    options: Options = field(default_factory=lambda: Options(subgraph_errors=False))
    breaker: BreakerPolicy = field(default_factory=BreakerPolicy)
    keys: Callable[[], Any] = no_keys
    only_known: bool = False
    every: float = 0.0
    origins: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        telemetry = Telemetry(
            Identity("imdb/gateway", "imdb", "r-1"), {"people": "catalogue-people"}, self.lines.written.append
        )
        self.usage = Usage(self.sent, self.lines, 0.0, telemetry.load)
        plan = Plan(
            carriers=self.graphlets.carriers,
            options=self.options,
            breaker=self.breaker,
            retries=RetryPolicy(attempts=1),
            only_known=self.only_known,
            telemetry=telemetry,
            tally=self.tally,
        )
        self.supergraphs = Supergraphs(self.source, lambda found: GraphEngine(found, plan), self.lines, self.every)
        cors = Cors(frozenset(self.origins), headers=SENT_BY_PAGES, exposed=SEEN_BY_PAGES)
        tokens = Tokens(Pool(ISSUER, {CLIENT}), self.keys)
        self.front = Front(
            self.options, cors, self.supergraphs, tokens, telemetry=telemetry, usage=self.usage, log=self.lines
        )

    def tally(self) -> Tally:
        return self.usage.tally

    async def ask(self, sent: Mapping[str, Any]) -> dict[str, Any]:
        return await self.front.answer(sent)
