"""Processes that outlive the command that started them: recognized again by id *and* start time, ended without a trace.

A process id alone proves nothing: after a reboot, or much later, it may be a stranger's. Each record therefore holds
the moment at which the system says the process began, and nothing is ever signalled whose moment differs.
"""

import json
import os
import signal
import subprocess
import time
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path

_PROC = Path("/proc")
_POLL_SECONDS = 0.02
_PS_TIMEOUT_SECONDS = 5


@dataclass(frozen=True)
class ProcessRecord:
    """A process as we knew it when we started it."""

    pid: int
    born: str
    port: int

    def save(self, path: Path) -> None:
        """Write in one step: a reader sees the whole record or none."""
        draft = path.with_suffix(".new")
        draft.write_text(json.dumps(asdict(self)))
        draft.replace(path)

    @classmethod
    def load(cls, path: Path) -> "ProcessRecord | None":
        """Return the record, or None where there is none that can be read."""
        try:
            held = json.loads(path.read_text())
            return cls(pid=int(held["pid"]), born=str(held["born"]), port=int(held["port"]))
        except (OSError, ValueError, KeyError, TypeError):
            return None

    def is_alive(self) -> bool:
        """Whether this very process runs, not merely one with its id."""
        return birth_of(self.pid) == self.born


@dataclass(frozen=True)
class _Seen:
    pid: int
    session: int
    born: str


def birth_of(pid: int) -> str | None:
    """When the process began, in the system's own words; None for one that is gone or only waits to be reaped."""
    if not _PROC.joinpath("self").exists():
        return _birth_by_ps(pid)
    seen = _read_stat(pid)
    return seen.born if seen else None


def _read_stat(pid: int) -> _Seen | None:
    try:
        text = _PROC.joinpath(str(pid), "stat").read_text()
    except OSError:
        return None
    # The command name, in parentheses, may itself hold blanks and parentheses: count from the last one.
    state, *rest = text.rpartition(")")[2].split()
    return None if state in "ZX" else _Seen(pid=pid, session=int(rest[2]), born=rest[18])


def _birth_by_ps(pid: int) -> str | None:
    command = ["ps", "-o", "stat=,lstart=", "-p", str(pid)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=_PS_TIMEOUT_SECONDS)  # noqa: S603
    state, _, born = done.stdout.strip().partition(" ")
    return None if not state or state.startswith("Z") else born.strip()


def family_of(session: int) -> tuple[ProcessRecord, ...]:
    """All live processes of a session, which is the leader's own id: the leader and what it started."""
    if not _PROC.joinpath("self").exists():
        return _family_by_ps(session)
    pids = (int(entry.name) for entry in _PROC.iterdir() if entry.name.isdigit())
    members = (_read_stat(pid) for pid in pids)
    return tuple(ProcessRecord(m.pid, m.born, 0) for m in members if m is not None and m.session == session)


def _family_by_ps(group: int) -> tuple[ProcessRecord, ...]:
    command = ["ps", "-A", "-o", "pid=,pgid="]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=_PS_TIMEOUT_SECONDS)  # noqa: S603
    rows = (line.split() for line in done.stdout.splitlines())
    births = ((int(row[0]), birth_of(int(row[0]))) for row in rows if len(row) > 1 and int(row[1]) == group)
    return tuple(ProcessRecord(pid, born, 0) for pid, born in births if born is not None)


def mentions(pid: int, text: str) -> bool:
    """Whether the process's command line holds `text`."""
    try:
        return text.encode() in _PROC.joinpath(str(pid), "cmdline").read_bytes()
    except OSError:
        return False


def send(records: Iterable[ProcessRecord], number: signal.Signals) -> None:
    """Signal those that are still themselves."""
    for record in records:
        if record.is_alive():
            try:
                os.kill(record.pid, number)
            except ProcessLookupError:
                continue


def wait_until_gone(records: Iterable[ProcessRecord], seconds: float) -> tuple[ProcessRecord, ...]:
    """Wait for the end of all; return those that are still there at the deadline."""
    deadline = time.monotonic() + seconds
    left = tuple(records)
    while left := tuple(record for record in left if _still_there(record)):
        if time.monotonic() >= deadline:
            return left
        time.sleep(_POLL_SECONDS)
    return ()


def _still_there(record: ProcessRecord) -> bool:
    _reap(record.pid)
    return record.is_alive()


def _reap(pid: int) -> None:
    """Collect a child of ours that has ended; it is somebody else's to collect when we did not start it."""
    try:
        os.waitpid(pid, os.WNOHANG)
    except ChildProcessError:
        return


def end(leader: ProcessRecord, ours: str, grace_seconds: float) -> tuple[ProcessRecord, ...]:
    """End a leader and everything of its session; return what survives even a kill.

    Where the leader itself is already gone, its session number proves little: then only those are ended whose command
    line names `ours` as well.
    """
    leader_lives = leader.is_alive()
    family = family_of(leader.pid)
    if leader_lives:
        send([leader], signal.SIGTERM)
        wait_until_gone([leader], grace_seconds)
        family = (*family, *family_of(leader.pid))
    else:
        family = tuple(member for member in family if member.pid != leader.pid and mentions(member.pid, ours))
    send(family, signal.SIGKILL)
    return wait_until_gone(family, grace_seconds)
