"""Loopback ports: free ones, busy ones, and who holds them."""

import contextlib
import errno
import socket
from collections.abc import Iterator
from pathlib import Path

_PROC = Path("/proc")
_LISTEN = "0A"


def free_port() -> int:
    """A port that nobody listens on at this moment."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def is_free(port: int) -> bool:
    """Whether we could listen on the port, on each loopback address that this machine has."""
    return _can_listen(socket.AF_INET, "127.0.0.1", port) and _can_listen(socket.AF_INET6, "::1", port)


def _can_listen(family: socket.AddressFamily, address: str, port: int) -> bool:
    try:
        with socket.socket(family, socket.SOCK_STREAM) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((address, port))
    except OSError as error:
        return error.errno not in (errno.EADDRINUSE, errno.EACCES)
    return True


def holder_of(port: int) -> str | None:
    """Describe the process that listens on the port, as far as the system lets us see it."""
    inodes = set(_listening_inodes(port))
    if not inodes:
        return None
    for process in _PROC.iterdir():
        if process.name.isdigit() and inodes & set(_sockets_of(process)):
            return f"process {process.name} ({_command_of(process)})"
    return None


def _listening_inodes(port: int) -> Iterator[str]:
    for table in ("tcp", "tcp6"):
        with contextlib.suppress(OSError):
            for line in _PROC.joinpath("net", table).read_text().splitlines()[1:]:
                fields = line.split()
                if fields[3] == _LISTEN and int(fields[1].rpartition(":")[2], 16) == port:
                    yield fields[9]


def _sockets_of(process: Path) -> Iterator[str]:
    with contextlib.suppress(OSError):
        for descriptor in process.joinpath("fd").iterdir():
            with contextlib.suppress(OSError):
                target = str(descriptor.readlink())
                if target.startswith("socket:["):
                    yield target[len("socket:[") : -1]


def _command_of(process: Path) -> str:
    try:
        words = process.joinpath("cmdline").read_bytes().split(b"\0")
    except OSError:
        return "unknown"
    return b" ".join(words[:3]).decode(errors="replace").strip()[:120] or "unknown"
