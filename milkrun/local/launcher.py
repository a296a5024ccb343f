"""Starts the emulator with our fidelity patches. Runs on the emulator's own interpreter; knows nothing but it.

    python launcher.py --port 4566 --state .milkrun/local

Settings of the emulator are environment variables that it reads while being imported, so they are set here first.
"""

import argparse
import importlib
import os
import sys
from importlib import metadata
from pathlib import Path

PINNED = "1.5.33"
ROOT = Path(__file__).resolve().parents[2]

# All that a process needs to find programs, speak a language and trust certificates. Nothing else of the operator's
# environment reaches the emulator or a function that it runs: no token, no profile, no proxy.
INHERITED = ("PATH", "LANG", "LC_ALL", "TZ", "SSL_CERT_FILE", "SSL_CERT_DIR")


class LauncherError(Exception):
    """The emulator cannot be started as it should be."""


def settings(port: int, state: Path, persist: bool) -> dict[str, str]:
    """The whole environment of the emulator."""
    kept = {name: os.environ[name] for name in INHERITED if name in os.environ}
    nothing = str(state / "none")
    return kept | {
        "AUTH": "true",
        "BIND_HOST": "127.0.0.1",
        "GATEWAY_PORT": str(port),
        "IOT_MTLS_ENABLED": "0",
        "SFTP_ENABLED": "0",
        "PERSIST_STATE": str(int(persist)),
        "S3_PERSIST": str(int(persist)),
        "STATE_DIR": str(state / "data"),
        "S3_DATA_DIR": str(state / "data" / "s3"),
        "TMPDIR": str(state / "tmp"),
        "HOME": str(state / "home"),
        # An operator's profile must not leak into functions, nor the operator's containers into the emulator's care.
        "AWS_CONFIG_FILE": nothing,
        "AWS_SHARED_CREDENTIALS_FILE": nothing,
        "AWS_EC2_METADATA_DISABLED": "true",
        "DOCKER_HOST": f"unix://{nothing}",
        "PYTHONUNBUFFERED": "1",
    }


def check_version() -> None:
    """Refuse any version but the one that the patches were written for."""
    found = metadata.version("ministack")
    if found != PINNED:
        raise LauncherError(f"ministack {found} is installed, the patches are for {PINNED}: run `make up` to rebuild.")


def main() -> None:
    """Set up, patch, serve until SIGTERM."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--state", type=Path, required=True)
    parser.add_argument("--persist", action="store_true")
    options = parser.parse_args()
    state = options.state.resolve()
    for folder in ("data", "tmp", "home"):
        state.joinpath(folder).mkdir(parents=True, exist_ok=True)
    wanted = settings(options.port, state, options.persist)
    os.environ.clear()
    os.environ.update(wanted)
    check_version()
    # At the end: nothing of this repository may hide a module of the emulator's.
    sys.path.append(str(ROOT))
    from milkrun.local import patches  # noqa: PLC0415 - only now is the environment what the emulator shall see

    patches.apply_all(state)
    for module in patches.BUSIEST:
        importlib.import_module(module)
    from ministack.app import main as serve  # type: ignore[import-not-found]  # noqa: PLC0415

    sys.argv = ["ministack"]
    serve()


if __name__ == "__main__":
    try:
        main()
    except LauncherError as error:
        sys.exit(f"launcher: {error}")
