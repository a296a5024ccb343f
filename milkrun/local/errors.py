"""What can go wrong with the local cloud; every message says what to do about it."""

from pathlib import Path

from milkrun.errors import CloudUnavailable


class LocalCloudError(CloudUnavailable):
    """Base of everything that `LocalCloud` raises on purpose."""


class PortInUse(LocalCloudError):
    """Somebody else listens where the local cloud would."""

    def __init__(self, port: int, purpose: str, holder: str | None) -> None:
        held_by = f" by {holder}" if holder else ""
        variable = f"MILKRUN_{purpose.rpartition(' ')[2].upper()}_PORT"
        super().__init__(
            f"Port {port} ({purpose}) is already in use{held_by}. "
            f"End that process, or take another port: {variable}=0 make up takes a free one."
        )
        self.port = port
        self.holder = holder


class MissingEnvironment(LocalCloudError):
    """The emulator's own Python environment has not been built."""

    def __init__(self, interpreter: Path) -> None:
        super().__init__(f"The local cloud's environment is not built: {interpreter} does not exist. Run `make up`.")


class MissingInterpreter(LocalCloudError):
    """The environment is there, but its Python does not run."""

    def __init__(self, interpreter: Path, reason: str) -> None:
        environment = interpreter.parent.parent
        super().__init__(
            f"{interpreter} does not run ({reason}). The Python that it was built on is probably gone: "
            f"remove {environment} and run `make up`."
        )


class CloudDied(LocalCloudError):
    """A process of the local cloud ended, or never became healthy."""

    def __init__(self, what: str, why: str, log: Path, last_lines: str) -> None:
        super().__init__(f"The {what} {why}. The end of its log ({log}):\n{last_lines or '(empty)'}")
        self.log = log


class AlreadyRunning(LocalCloudError):
    """A local cloud of this state directory runs already."""

    def __init__(self, state_dir: Path, cloud_port: int) -> None:
        super().__init__(
            f"A local cloud already runs from {state_dir} (port {cloud_port}). Use it, or stop it with `make down`."
        )


class StillRunning(LocalCloudError):
    """A process did not end, not even when killed."""

    def __init__(self, pids: tuple[int, ...]) -> None:
        numbers = ", ".join(map(str, pids))
        super().__init__(f"These processes of the local cloud do not end: {numbers}. Kill them by hand.")


class UnsafeStateDirectory(LocalCloudError):
    """The state directory is not one that we may write to."""

    def __init__(self, state_dir: Path, reason: str) -> None:
        super().__init__(f"{state_dir} cannot hold the local cloud's state: {reason}. Choose another directory.")
