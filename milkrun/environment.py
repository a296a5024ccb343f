"""Which cloud the operator talks to: the fleet as it stands there, and sessions in its accounts.

``milkrun --cloud local`` (the default) is the local cloud that `make up` started; ``--cloud aws`` is the real one.
They differ in fleet.local.yaml and in the endpoint, and in nothing else.
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from milkrun.fleet import Fleet, load_fleet

STATE_DIR = "MILKRUN_STATE_DIR"


@dataclass(frozen=True)
class Environment:
    """A fleet, the folder of the repository that it was read from, and where a local cloud keeps its state."""

    root: Path
    fleet: Fleet
    state_dir: Path

    def activate(self) -> None:
        """Point every AWS client made from now on, and every program started, at this cloud."""
        if self.fleet.cloud.endpoint_url:
            os.environ["AWS_ENDPOINT_URL"] = self.fleet.cloud.endpoint_url
        os.environ.setdefault("AWS_DEFAULT_REGION", "us-east-1")


def repository_root(start: Path | None = None) -> Path:
    """The folder that holds fleet.yaml, at or above ``start`` (default: the current folder)."""
    here = (start or Path.cwd()).resolve()
    return next((folder for folder in (here, *here.parents) if (folder / "fleet.yaml").exists()), here)


def default_state_dir(root: Path) -> Path:
    """Where the local cloud keeps ports, logs and state: $MILKRUN_STATE_DIR, or .milkrun/local."""
    return Path(os.environ.get(STATE_DIR) or root / ".milkrun" / "local")


def local_environment(root: Path, state_dir: Path | None = None, ports: tuple[int, int] | None = None) -> Environment:
    """The local cloud.  ``ports`` are those of the emulator and the edge; by default as fleet.local.yaml has them."""
    override: Mapping[str, Any] = {}
    if ports:
        override = {"cloud": {"endpoint_url": f"http://127.0.0.1:{ports[0]}"}, "port": f":{ports[1]}"}
    fleet = load_fleet(root, root / "fleet.local.yaml", override)
    return Environment(root, fleet, state_dir or default_state_dir(root))


def aws_environment(root: Path) -> Environment:
    """The real cloud, through the operator's profiles."""
    return Environment(root, load_fleet(root), default_state_dir(root))
