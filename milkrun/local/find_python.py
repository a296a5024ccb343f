"""Print the path of a CPython of the runtime's minor version that really works.

Functions on the local cloud run on the interpreter that runs the local cloud, so it must be the runtime's minor
version, and a name on PATH proves nothing: a pyenv shim may only print an error.  Every candidate is therefore run
before it is believed.  Where none is found, uv fetches one (``find_python.py .milkrun/bin/uv``).
Standard library only, and no newer syntax than 3.9 reads.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
# Prints the base interpreter (a virtual environment may vanish) if this is CPython with what milkrun needs of it.
PROBE = """
import ctypes, os, platform, ssl, sqlite3, sys, sysconfig, zlib
fit = platform.python_implementation() == "CPython" and not sysconfig.get_config_var("Py_GIL_DISABLED")
base = getattr(sys, "_base_executable", None) or sys.executable
print("%d.%d" % sys.version_info[:2], fit, os.path.realpath(base))
"""
PROBE_SECONDS = 20
INSTALL_SECONDS = 600


def main(arguments: list[str]) -> int:
    """Print the path, or one sentence that says how to get an interpreter."""
    version = wanted_version((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    found = find(version, dict(os.environ))
    if found is None and arguments:
        found = install_with(Path(arguments[0]), version)
    if found is None:
        sys.stderr.write(
            f"error: no working CPython {version} on this machine and none could be fetched; install one where PATH "
            f"finds python{version} (for example with `pyenv install {version}`), then try again.\n"
        )
        return 1
    sys.stdout.write(f"{found}\n")
    return 0


def wanted_version(pyproject: str) -> str:
    """The minor version that pyproject.toml pins: the one place where it stands."""
    found = re.search(r'^requires-python = "==(\d+\.\d+)\.\*"', pyproject, re.MULTILINE)
    if found is None:
        raise SystemExit('error: pyproject.toml has no line like requires-python = "==3.13.*"; put it back.')
    return found.group(1)


def find(version: str, environment: dict[str, str]) -> str | None:
    """The first candidate that answers the probe."""
    tried: set[str] = set()
    for candidate in candidates(version, environment):
        if candidate not in tried and Path(candidate).is_file():
            tried.add(candidate)
            path = probe(candidate, version)
            if path:
                return path
    return None


def candidates(version: str, environment: dict[str, str]) -> Iterator[str]:
    """Where interpreters lie: PATH, uv's own, pyenv's; the newest patch release of each first."""
    for on_path in environment.get("PATH", "").split(os.pathsep):
        yield str(Path(on_path) / f"python{version}")
        yield str(Path(on_path) / "python3")
    home = Path(environment.get("HOME", "/nonexistent"))
    data = Path(environment.get("XDG_DATA_HOME") or home / ".local" / "share")
    uv_folder = Path(environment.get("UV_PYTHON_INSTALL_DIR") or data / "uv" / "python")
    pyenv = Path(environment.get("PYENV_ROOT") or home / ".pyenv")
    for folder, pattern in ((uv_folder, f"cpython-{version}.*"), (pyenv / "versions", f"{version}.*")):
        for found in sorted(folder.glob(pattern), key=patch_release, reverse=True):
            yield str(found / "bin" / f"python{version}")


def patch_release(folder: Path) -> list[int]:
    """3.13.10 is newer than 3.13.9, which an alphabet does not know."""
    return [int(number) for number in re.findall(r"\d+", folder.name)]


def probe(candidate: str, version: str) -> str | None:
    """Real path of the interpreter if it starts and is what we need."""
    try:
        said = subprocess.run(  # noqa: S603 — a file that this search found
            [candidate, "-I", "-c", PROBE], capture_output=True, text=True, timeout=PROBE_SECONDS, check=True
        ).stdout
    except (OSError, subprocess.SubprocessError):
        return None
    words = said.rstrip("\n").split(" ", 2)
    return words[2] if words[:2] == [version, "True"] else None


def install_with(uv: Path, version: str) -> str | None:
    """Let uv fetch one of its own builds and say where it lies; what uv has to say goes to the terminal."""
    if shutil.which(str(uv)) is None:
        return None
    sys.stderr.write(f"no working CPython {version} here; uv fetches one\n")
    try:
        command = [str(uv), "python", "install", version]
        subprocess.run(command, stdout=sys.stderr, timeout=INSTALL_SECONDS, check=True)  # noqa: S603 — our own uv
    except (OSError, subprocess.SubprocessError):
        return None
    return find(version, dict(os.environ))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
