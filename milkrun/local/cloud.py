"""The local cloud as one thing with three verbs: start, stop, status.

Three detached processes: an emulated AWS (`launcher.py`), the old catalogue service (`monolith/`), and the edge
(`edge/`) before both. Each leads a session of its own, with its record, log and data in the state directory.
"""

import contextlib
import fcntl
import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal
from urllib.error import URLError
from urllib.request import urlopen

from milkrun.local import ports, processes
from milkrun.local.errors import (
    AlreadyRunning,
    CloudDied,
    MissingEnvironment,
    MissingInterpreter,
    PortInUse,
    StillRunning,
    UnsafeStateDirectory,
)
from milkrun.local.launcher import INHERITED
from milkrun.local.processes import ProcessRecord

DEFAULT_STATE_DIR = Path(".milkrun/local")
DEFAULT_INTERPRETER = Path(".milkrun/envs/cloud/bin/python")
DEFAULT_CLOUD_PORT = 4566
DEFAULT_EDGE_PORT = 8080

# In the order in which they start; they end in the other.
_HEALTH_PATHS = {"cloud": "/_ministack/ready", "monolith": "/health", "edge": "/healthz"}
_MONOLITH_HOST = "monolith.imdb.localhost"
_POLL_SECONDS = 0.02
_HTTP_TIMEOUT_SECONDS = 2.0
_LOG_LINES = 15

Condition = Literal["running", "dead", "stopped"]


@dataclass(frozen=True)
class Account:
    """An account whose host names the edge shall know."""

    name: str
    id: str
    regions: tuple[str, ...] = ("us-east-1",)


@dataclass(frozen=True)
class Status:
    """What runs. `dead` means: was started, was not stopped, and is not (wholly) there."""

    condition: Condition
    cloud_port: int | None = None
    edge_port: int | None = None
    pids: tuple[int, ...] = ()
    healthy: bool = False


class LocalCloud:
    """The local cloud of one state directory."""

    def __init__(
        self,
        state_dir: Path = DEFAULT_STATE_DIR,
        *,
        interpreter: Path = DEFAULT_INTERPRETER,
        start_seconds: float = 30,
        stop_seconds: float = 10,
    ) -> None:
        self.state_dir = state_dir.absolute()
        # Not resolved: a virtual environment is recognized by the place of its link, not by the link's target.
        self._interpreter = interpreter.absolute()
        self._start_seconds = start_seconds
        self._stop_seconds = stop_seconds

    @property
    def endpoint_url(self) -> str:
        """Where the AWS APIs answer."""
        return f"http://127.0.0.1:{self._port_of('cloud')}"

    @property
    def edge_url(self) -> str:
        """Where the services answer, each under a host name of its own."""
        return f"http://localhost:{self._port_of('edge')}"

    @property
    def cloud_log(self) -> Path:
        """What the emulator did, and what went wrong in it."""
        return self.state_dir / "cloud.log"

    @property
    def edge_log(self) -> Path:
        """What the edge could not pass on."""
        return self.state_dir / "edge.log"

    def start(
        self,
        *,
        cloud_port: int = DEFAULT_CLOUD_PORT,
        edge_port: int = DEFAULT_EDGE_PORT,
        persist: bool = False,
        accounts: Sequence[Account] = (),
    ) -> Status:
        """Start the processes and wait until they answer; leave nothing behind where that fails.

        Port 0 takes a free one. With `persist`, what a stop saves is there again after the next start.
        """
        self._check_interpreter()
        with self._alone():
            return self._start(cloud_port, edge_port, persist, accounts)

    def stop(self) -> None:
        """End everything that was started from this state directory. Once stopped, does nothing."""
        if self.state_dir.exists():
            with self._alone():
                self._stop()

    def _start(self, cloud_port: int, edge_port: int, persist: bool, accounts: Sequence[Account]) -> Status:
        if self.status().condition == "running":
            raise AlreadyRunning(self.state_dir, self._port_of("cloud"))
        self._stop()
        self._prepare(persist, accounts)
        cloud_port = _claim(cloud_port, "local cloud")
        edge_port = _claim(edge_port, "edge")
        try:
            self._start_cloud(cloud_port, persist)
            self._start_edge(cloud_port, self._start_monolith(), edge_port)
        except BaseException:
            self._stop()
            raise
        return self.status()

    def _stop(self) -> None:
        for name in reversed(_HEALTH_PATHS):
            record = ProcessRecord.load(self._record(name))
            if record is not None:
                left = processes.end(record, str(self.state_dir), self._stop_seconds)
                if left:
                    raise StillRunning(tuple(process.pid for process in left))
            self._record(name).unlink(missing_ok=True)
        shutil.rmtree(self.state_dir / "tmp", ignore_errors=True)

    def status(self) -> Status:
        """Say what runs, without waiting for anything but two short health checks."""
        records = {name: ProcessRecord.load(self._record(name)) for name in _HEALTH_PATHS}
        known = {name: record for name, record in records.items() if record is not None}
        if not known:
            return Status("stopped")
        living = {name: record for name, record in known.items() if record.is_alive()}
        return Status(
            condition="running" if len(living) == len(_HEALTH_PATHS) else "dead",
            cloud_port=known["cloud"].port if "cloud" in known else None,
            edge_port=known["edge"].port if "edge" in known else None,
            pids=tuple(record.pid for record in living.values()),
            healthy=len(living) == len(_HEALTH_PATHS) and all(_answers(n, r.port) for n, r in living.items()),
        )

    def last_lines(self, log: Path, count: int = _LOG_LINES) -> str:
        """The end of a log."""
        try:
            return "\n".join(log.read_text(errors="replace").splitlines()[-count:])
        except OSError:
            return ""

    @contextlib.contextmanager
    def _alone(self) -> Iterator[None]:
        """Let nobody else start or stop this state directory's cloud meanwhile: two terminals, two tests."""
        try:
            self.state_dir.mkdir(parents=True, exist_ok=True)
            lock = self.state_dir.joinpath("lock").open("w")
        except OSError as error:
            raise UnsafeStateDirectory(self.state_dir, error.strerror or str(error)) from error
        with lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def _record(self, name: str) -> Path:
        return self.state_dir / f"{name}.json"

    def _port_of(self, name: str) -> int:
        record = ProcessRecord.load(self._record(name))
        return record.port if record else (DEFAULT_CLOUD_PORT if name == "cloud" else DEFAULT_EDGE_PORT)

    def _check_interpreter(self) -> None:
        if not self._interpreter.exists():
            if self._interpreter.is_symlink():
                raise MissingInterpreter(self._interpreter, "a link to nowhere")
            raise MissingEnvironment(self._interpreter)
        command = [str(self._interpreter), "-c", "import ministack"]
        try:
            done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=self._start_seconds)  # noqa: S603
        except OSError as error:
            raise MissingInterpreter(self._interpreter, error.strerror or str(error)) from error
        if done.returncode:
            reason = (done.stderr.strip().splitlines() or ["it ended at once"])[-1]
            raise MissingInterpreter(self._interpreter, reason)

    def _prepare(self, persist: bool, accounts: Sequence[Account]) -> None:
        try:
            self.state_dir.mkdir(parents=True, exist_ok=True)
            if not persist:
                shutil.rmtree(self.state_dir / "data", ignore_errors=True)
            text = json.dumps([asdict(account) for account in accounts], indent=2)
            self.state_dir.joinpath("accounts.json").write_text(text)
        except OSError as error:
            raise UnsafeStateDirectory(self.state_dir, error.strerror or str(error)) from error

    def _start_cloud(self, port: int, persist: bool) -> None:
        launcher = Path(__file__).with_name("launcher.py")
        command = [str(self._interpreter), "-P", str(launcher), "--port", str(port), "--state", str(self.state_dir)]
        self._launch("cloud", [*command, *(["--persist"] if persist else [])], port)

    def _start_monolith(self) -> int:
        port = ports.free_port()
        self._launch("monolith", [sys.executable, "-m", "milkrun.local.monolith", "--port", str(port)], port)
        return port

    def _start_edge(self, cloud_port: int, monolith_port: int, port: int) -> None:
        command = [sys.executable, "-m", "milkrun.local.edge", "--port", str(port)]
        command += ["--cloud-port", str(cloud_port), "--accounts", str(self.state_dir / "accounts.json")]
        command += ["--process", f"{_MONOLITH_HOST}={monolith_port}"]
        self._launch("edge", command, port)

    def _launch(self, name: str, command: list[str], port: int) -> None:
        """Start one process apart from ours, write down who it is, and wait until it answers."""
        log = self.state_dir / f"{name}.log"
        root = str(Path(__file__).resolve().parents[2])
        environment = {key: os.environ[key] for key in INHERITED if key in os.environ}
        with log.open("wb") as output:
            process = subprocess.Popen(  # noqa: S603
                command,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                cwd=self.state_dir,
                env=environment | ({"PYTHONPATH": root} if name != "cloud" else {}),
                start_new_session=True,
            )
        born = processes.birth_of(process.pid) or "gone"
        ProcessRecord(process.pid, born, port).save(self._record(name))
        self._wait_until_healthy(name, process, port, log)

    def _wait_until_healthy(self, name: str, process: subprocess.Popen[bytes], port: int, log: Path) -> None:
        deadline = time.monotonic() + self._start_seconds
        while not _answers(name, port):
            if process.poll() is not None:
                raise CloudDied(name, f"ended at once (exit code {process.returncode})", log, self.last_lines(log))
            if time.monotonic() >= deadline:
                why = f"did not answer within {self._start_seconds:g} s"
                raise CloudDied(name, why, log, self.last_lines(log))
            time.sleep(_POLL_SECONDS)
        # The process is to outlive us: nobody here waits for it, and Python need not warn about that.
        process.returncode = 0


def _claim(port: int, purpose: str) -> int:
    if port == 0:
        return ports.free_port()
    if not ports.is_free(port):
        raise PortInUse(port, purpose, ports.holder_of(port))
    return port


def _answers(name: str, port: int) -> bool:
    url = f"http://127.0.0.1:{port}{_HEALTH_PATHS[name]}"
    with contextlib.suppress(URLError, OSError), urlopen(url, timeout=_HTTP_TIMEOUT_SECONDS) as answer:
        return bool(answer.status == 200)  # noqa: PLR2004
    return False
