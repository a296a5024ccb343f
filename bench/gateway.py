"""The catalogue's gateway on the local cloud that runs: its own time, calls per graphlet, and how soon it serves what
is published.

Needs `make up` before.  The gateway's own time is a request's time but for its fetches, as its log has it.
"""

import json
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from statistics import median, quantiles
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

import urllib3
from rich.console import Console
from rich.table import Table

from milkrun.accounts import CLIENT_CONFIG, session
from milkrun.catalogue.folder import SAMPLE, find_files
from milkrun.environment import Environment
from milkrun.fleet import Target
from milkrun.local.instance import running_environment

ROOT = Path(__file__).parents[1]
SERVICE, TARGET = "imdb/gateway", "imdb"
REQUESTS, WARM_UP, ENTITIES = 300, 50, 200
PATIENCE = 60.0
OWN_P50, SERVED, STAGES, CALLS = "own time, p50", "publication served", "known-for, stages", "calls per graphlet"
BARS = {OWN_P50: 5.0, SERVED: 10.0, STAGES: 2.0, CALLS: 1.0}
IMAGE = "primaryImage { url width height caption }"
KNOWN_FOR = f"""query KnownFor($id: ID!) {{
  name(id: $id) {{
    nameText {IMAGE} knownFor(first: 4) {{ id titleText releaseYear rating {{ average votes }} {IMAGE} }}
  }}
}}"""
TITLES = f"query Titles($ids: [ID!]!) {{ titles(ids: $ids) {{ titleText rating {{ average }} {IMAGE} }} }}"
SCHEMA = """extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key"])
type Name @key(fields: "id") { id: ID! bench: String }
"""
_HTTP = urllib3.PoolManager(timeout=urllib3.Timeout(connect=3, read=30), retries=False)


class Deployed:
    """The gateway of one target, and what its operators see."""

    def __init__(self, environment: Environment) -> None:
        environment.activate()
        self.target = target_of(environment)
        parts = urlsplit(environment.fleet.parameters(SERVICE, self.target)["ServiceUrl"])
        # Names of the local cloud resolve nowhere but at its edge.
        self._url, self._host = f"{parts.scheme}://127.0.0.1:{parts.port}", parts.netloc
        opened = session(environment.fleet, self.target.account, self.target.region)
        self._logs = opened.client("logs", config=CLIENT_CONFIG)
        self._s3 = opened.client("s3", config=CLIENT_CONFIG)
        self._bucket = f"imdb-registry-{self.target.account_id}-{self.target.region}"

    def ask(self, query: str, variables: dict[str, Any] | None = None) -> str:
        """Ask, and give the trace's id; exits where the answer has errors or is none."""
        trace = uuid4().hex
        headers = {"content-type": "application/json", "x-client-name": "bench", "host": self._host}
        headers["traceparent"] = f"00-{trace}-{uuid4().hex[:16]}-01"
        body = json.dumps({"query": query, "variables": variables or {}})
        try:
            reply = _HTTP.request("POST", f"{self._url}/graphql", body=body, headers=headers)
            answer = json.loads(reply.data)
        except (urllib3.exceptions.HTTPError, ValueError) as error:
            sys.exit(f"error: the gateway does not answer at {self._host}; `make up` first ({error})")
        if "errors" in answer or "data" not in answer:
            sys.exit(f"error: the gateway answered {str(answer)[:500]}")
        return trace

    def generation(self) -> int:
        reply = _HTTP.request("GET", f"{self._url}/health", headers={"host": self._host})
        return int(json.loads(reply.data).get("generation", 0))

    def lines(self, message: str) -> Iterator[dict[str, Any]]:
        """Lines of its log with this message."""
        pages = self._logs.get_paginator("describe_log_groups").paginate()
        groups = [one["logGroupName"] for page in pages for one in page["logGroups"]]
        (group,) = (name for name in groups if "imdb-gateway" in name and "GatewayLogGroup" in name)
        for page in self._logs.get_paginator("filter_log_events").paginate(logGroupName=group):
            for event in page["events"]:
                if f'"message":"{message}"' in event["message"]:
                    yield json.loads(event["message"])

    def submit(self, phase: str) -> dict[str, Any]:
        """The registry's verdict on the bench's own graphlet."""
        name = f"bench-{phase}-{uuid4()}"
        sent = {"id": name, "graphlet": "bench", "phase": phase, "sdl": SCHEMA, "release": "bench"}
        body = json.dumps({**sent, "url": "lambda:imdb-bench-graphlet"}).encode()
        self._s3.put_object(Bucket=self._bucket, Key=f"submissions/bench/{name}.json", Body=body)
        return until(lambda: self._verdict(f"verdicts/bench/{name}.json"), "the registry's verdict")

    def _verdict(self, key: str) -> dict[str, Any] | None:
        try:
            found: dict[str, Any] = json.loads(self._s3.get_object(Bucket=self._bucket, Key=key)["Body"].read())
        except self._s3.exceptions.NoSuchKey:
            return None
        return found


def run() -> None:
    """Print what was measured, beside the bars."""
    deployed = Deployed(running_environment(ROOT))
    figures = {**own_time(deployed), CALLS: calls(deployed), SERVED: publication(deployed)}
    table = Table("figure", "value", "bar", title=f"{SERVICE} at {deployed.target.name}", title_justify="left")
    for name, value in figures.items():
        table.add_row(name, f"{value:.2f}", f"≤ {BARS[name]:g}" if name in BARS else "")
    Console().print(table)


def own_time(deployed: Deployed) -> dict[str, float]:
    """Milliseconds of known-for, one request after the other: in all, and the gateway's own."""
    for _ in range(WARM_UP):
        deployed.ask(KNOWN_FOR, {"id": "nm0000329"})
    traces = {deployed.ask(KNOWN_FOR, {"id": "nm0000329"}) for _ in range(REQUESTS)}
    seen = until(lambda: _all_of(deployed, traces), "the log's lines")
    own, whole = ([line[name] * 1000 for line in seen] for name in ("own_seconds", "seconds"))
    return {
        "known-for in all, p50 ms": median(whole),
        OWN_P50: median(own),
        "own time, p99": quantiles(own, n=100)[98],
        STAGES: max(line["stages"] for line in seen),
    }


def _all_of(deployed: Deployed, traces: set[str]) -> list[dict[str, Any]] | None:
    found = [line for line in deployed.lines("request") if line["trace_id"] in traces]
    return found if len(found) == len(traces) else None


def calls(deployed: Deployed) -> float:
    """The most calls that one graphlet got for two hundred titles."""
    trace = deployed.ask(TITLES, {"ids": titles()})
    until(lambda: _all_of(deployed, {trace}), "the log's lines")
    fetches = [line for line in deployed.lines("fetch") if line["trace_id"] == trace]
    if max(line["entities"] for line in fetches) < ENTITIES:
        sys.exit(f"error: no graphlet was asked for {ENTITIES} titles at once: load the catalogue first")
    names = [line["graphlet"] for line in fetches]
    return max(names.count(name) for name in names)


def titles() -> list[str]:
    """Ids of the sample."""
    lines = find_files(SAMPLE)["title.basics"].read_text(encoding="utf-8").splitlines()
    return [line.partition("\t")[0] for line in lines[1 : ENTITIES + 1]]


def publication(deployed: Deployed) -> float:
    """Seconds from a submission to the first answer by what was made of it."""
    began = time.monotonic()
    verdict = deployed.submit("publish")
    if not verdict["accepted"]:
        sys.exit(f"error: the registry refused: {verdict['problems']}")
    try:
        until(lambda: deployed.generation() >= verdict["supergraph"], "the publication")
        return time.monotonic() - began
    finally:
        deployed.submit("withdraw")


def until[T](look: Callable[[], T | None], what: str) -> T:
    """Look again and again until there is something; exit where there never is."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        found = look()
        if found:
            return found
        time.sleep(0.1)
    sys.exit(f"error: {what} did not come within {PATIENCE:g} s")


def target_of(environment: Environment) -> Target:
    found = [target for wave in environment.fleet.stops(SERVICE) for target in wave.targets]
    return next(target for target in found if target.name == TARGET)
