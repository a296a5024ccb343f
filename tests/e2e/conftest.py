"""The whole fleet, brought up by the command that a newcomer types, on free ports and with a state directory."""

import json
import os
import socket
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from milkrun.environment import Environment, repository_root
from milkrun.local.instance import running_environment

ROOT = repository_root(Path(__file__).parent)
MILKRUN = ROOT / ".venv" / "bin" / "milkrun"
SECONDS = 600


@dataclass(frozen=True)
class Done:
    """How a command ended."""

    code: int
    out: str
    err: str

    @property
    def data(self) -> Any:
        """What a command with --json printed."""
        return json.loads(self.out)


Cli = Callable[..., Done]


def run_milkrun(state_dir: Path, *arguments: str, **settings: str) -> Done:
    """`milkrun …` as a program of its own."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "MILKRUN_"))}
    ports = {"MILKRUN_CLOUD_PORT": "0", "MILKRUN_EDGE_PORT": "0"}
    done = subprocess.run(
        [str(MILKRUN), *arguments],
        cwd=ROOT,
        env=clean | ports | {"MILKRUN_STATE_DIR": str(state_dir)} | settings,
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )
    return Done(done.returncode, done.stdout, done.stderr)


@dataclass(frozen=True)
class FleetUnderTest:
    """A running fleet: what `milkrun up` said, and the way to say more."""

    up: Done
    state_dir: Path
    environment: Environment

    def milkrun(self, *arguments: str) -> Done:
        return run_milkrun(self.state_dir, *arguments)


@pytest.fixture(scope="session")
def fleet(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FleetUnderTest]:
    state_dir = tmp_path_factory.mktemp("fleet")
    patch = pytest.MonkeyPatch()
    try:
        up = run_milkrun(state_dir, "up")
        assert up.code == 0, up.err
        environment = running_environment(ROOT, state_dir)
        assert environment.fleet.cloud.endpoint_url is not None
        patch.setenv("AWS_ENDPOINT_URL", environment.fleet.cloud.endpoint_url)
        yield FleetUnderTest(up, state_dir, environment)
    finally:
        patch.undo()
        run_milkrun(state_dir, "down")


@pytest.fixture
def taken_port() -> Iterator[int]:
    """A port on which somebody else listens."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        yield listener.getsockname()[1]
