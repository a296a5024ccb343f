"""`make up` on a clean clone, a second time, and what a release costs beside deploy and bake."""

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import Any

from rich.console import Console
from rich.table import Table

ROOT = Path(__file__).parents[1]
SECONDS = 1800
# What a stop would take with any tool: the deployment itself, and the time that one chooses to watch it.
NOT_OVERHEAD = ("deploy", "bake")
FIRST, UPDATE = "overhead per stop, first release", "overhead per stop, update under traffic"
TARGETS = {"make up, clean clone, warm package cache": 180, "make up again": 20, FIRST: 5, UPDATE: 5}


def run() -> None:
    """Clone HEAD, `make up` twice on free ports, `make demo`, read the release log; print seconds beside targets."""
    figures: dict[str, float] = {}
    with clean_clone() as clone:
        settings = {**os.environ, "MILKRUN_CLOUD_PORT": "0", "MILKRUN_EDGE_PORT": "0"}
        try:
            figures["make up, clean clone, warm package cache"] = timed(["make", "up"], clone, settings)
            figures["make up again"] = timed(["make", "up"], clone, settings)
            timed([".venv/bin/python", "-m", "bench", "gateway"], clone, settings)
            timed(["make", "demo"], clone, settings)
            figures |= overheads(clone, settings)
        finally:
            timed(["make", "down"], clone, settings)
    show(figures)


@contextmanager
def clean_clone() -> Iterator[Path]:
    """HEAD in a folder of its own, without anything that was built."""
    with tempfile.TemporaryDirectory(prefix="milkrun-bench-") as folder:
        clone = Path(folder) / "milkrun"
        subprocess.run(["git", "clone", "--quiet", str(ROOT), str(clone)], check=True, timeout=SECONDS)  # noqa: S603, S607
        yield clone


def timed(command: list[str], folder: Path, settings: Mapping[str, str]) -> float:
    """Seconds that a command took; its output goes to stderr.  Raises CalledProcessError."""
    began = time.monotonic()
    subprocess.run(command, cwd=folder, env=settings, stdout=sys.stderr, check=True, timeout=SECONDS)  # noqa: S603
    return time.monotonic() - began


def overheads(clone: Path, settings: Mapping[str, str]) -> dict[str, float]:
    """Seconds per passed stop that are neither deploy nor bake: first releases, and updates under traffic."""
    stops = [stop for release in _releases(clone, settings) for stop in release["stops"] if stop["verdict"] == "pass"]
    figures: dict[str, float] = {}
    for name, chosen in (
        (FIRST, [stop for stop in stops if not stop["watched_seconds"]]),
        (UPDATE, [stop for stop in stops if stop["watched_seconds"]]),
    ):
        beside = [stop["seconds"] - sum(_step(stop, step) for step in NOT_OVERHEAD) for stop in chosen]
        figures[name] = median(beside)
        figures[f"{name}: the slowest stop"] = max(beside)
        figures[f"{name}: of it the smoke test"] = median(_step(stop, "test") for stop in chosen)
    return figures


def _releases(clone: Path, settings: Mapping[str, str]) -> list[dict[str, Any]]:
    def ask(*arguments: str) -> Any:
        command = [".venv/bin/milkrun", "release", *arguments, "--json"]
        done = subprocess.run(command, cwd=clone, env=settings, capture_output=True, check=True, timeout=SECONDS)  # noqa: S603
        return json.loads(done.stdout)

    return [ask("show", release["release_id"]) for release in ask("history")]


def _step(stop: Mapping[str, Any], name: str) -> float:
    return sum(step["seconds"] or 0 for step in stop["steps"] if step["name"] == name)


def show(figures: Mapping[str, float]) -> None:
    """Print the figures, and beside them what they should be on two cores."""
    table = Table("figure", "seconds", "target", title="up and release", title_justify="left")
    for name, seconds in figures.items():
        table.add_row(name, f"{seconds:.1f}", f"< {TARGETS[name]}" if name in TARGETS else "")
    Console().print(table)
