"""The local cloud that runs now, as an Environment: its ports are in its state directory."""

from pathlib import Path

from milkrun.environment import Environment, default_state_dir, local_environment
from milkrun.local.cloud import LocalCloud


def cloud_of(environment: Environment) -> LocalCloud:
    """The local cloud of an environment's state directory, running or not."""
    interpreter = environment.root / ".milkrun" / "envs" / "cloud" / "bin" / "python"
    return LocalCloud(environment.state_dir, interpreter=interpreter)


def running_environment(root: Path, state_dir: Path | None = None) -> Environment:
    """The environment of the local cloud that runs from ``state_dir``, or of one that would start with the defaults."""
    folder = state_dir or default_state_dir(root)
    status = LocalCloud(folder).status()
    ports = (status.cloud_port, status.edge_port) if status.cloud_port and status.edge_port else None
    return local_environment(root, folder, ports)
