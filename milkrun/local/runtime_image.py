"""Make a stand-in for the base image of the Lambda runtime, where no registry can be reached.

``sam local invoke`` runs a function in ``public.ecr.aws/lambda/python``.  On a build machine without a registry this
puts the same shape under the same name: a small Debian root (debootstrap), this machine's Python of that version
in ``/var/lang``, ``awslambdaric`` and boto3 in ``/var/runtime``.  The SAM CLI adds its own emulator of the runtime
interface on top.  A real image that is already there is never replaced, and a stand-in of the same recipe is kept.

    python3.13 -I milkrun/local/runtime_image.py --uv .milkrun/bin/uv      (as root: debootstrap changes root)

It lacks what only the real image has: Amazon Linux's own libraries, and the limits of the Lambda sandbox.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
IMAGE = "public.ecr.aws/lambda/python:{version}-x86_64"
RECIPE_LABEL = "milkrun.recipe"
RUNTIME_INTERFACE = "awslambdaric==4.2.2"
# What a CPython of Debian, pyenv or uv links against.
LIBRARIES = "ca-certificates,libbz2-1.0,libexpat1,libffi8,liblzma5,libreadline8,libsqlite3-0,libssl3,libuuid1,zlib1g"
BOOTSTRAP = """#!/bin/sh
export LD_LIBRARY_PATH="/var/lang/lib:/var/task/lib:/opt/lib${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}"
# Layers come before the standard library and the runtime's own packages, as in the real runtime.
export PYTHONPATH="/opt/python/lib/python{version}/site-packages:/opt/python"
exec /var/lang/bin/python{version} -m awslambdaric "$_HANDLER"
"""
ENVIRONMENT = {
    "LANG": "C.UTF-8",
    "PATH": "/var/lang/bin:/usr/local/bin:/usr/bin:/bin:/opt/bin",
    "LAMBDA_TASK_ROOT": "/var/task",
    "LAMBDA_RUNTIME_DIR": "/var/runtime",
}
NOT_NEEDED = ("usr/share/doc", "usr/share/man", "usr/share/locale", "var/cache/apt", "var/lib/apt/lists")
NOT_OF_PYTHON = ("test", "tests", "__pycache__", "idlelib", "tkinter", "site-packages", "*.a")
COMMAND_SECONDS = 600


class CannotMakeImage(Exception):
    """One sentence for the person at the terminal: what is wrong, and the mend."""


def main(arguments: list[str]) -> int:
    """Leave the image in Docker and print its name."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--uv", type=Path, default=ROOT / ".milkrun/bin/uv", help="uv binary")
    parser.add_argument("--mirror", default=os.environ.get("DEBIAN_MIRROR", ""), help="Debian mirror for debootstrap")
    options = parser.parse_args(arguments)
    try:
        image = make_image(options.uv, options.mirror)
    except CannotMakeImage as error:
        sys.stderr.write(f"error: {error}\n")
        return 1
    sys.stdout.write(f"{image}\n")
    return 0


def make_image(uv: Path, mirror: str) -> str:
    """Name of the image, made only where it is missing or made by another recipe."""
    version = "{}.{}".format(*sys.version_info[:2])
    image = IMAGE.format(version=version)
    packages = [RUNTIME_INTERFACE, f"boto3=={locked_version('boto3')}"]
    recipe = recipe_of(packages)
    if recipe_in_docker(image) in (recipe, ""):
        return image
    for tool in (str(uv), "debootstrap", "tar"):
        if shutil.which(tool) is None:
            raise CannotMakeImage(f"{tool} is missing; the runtime image needs it (apt-get install {Path(tool).name}).")
    with tempfile.TemporaryDirectory(prefix="milkrun-runtime-") as folder:
        root = Path(folder) / "root"
        debian_root(root, mirror)
        add_python(root, version)
        add_runtime(root, uv, packages, version)
        into_docker(root, image, recipe)
    return image


def locked_version(package: str) -> str:
    """The version in uv.lock, so that the stand-in's SDK is the one that the tests ran with."""
    lock = tomllib.loads((ROOT / "uv.lock").read_text(encoding="utf-8"))
    return next(str(entry["version"]) for entry in lock["package"] if entry["name"] == package)


def recipe_of(packages: list[str]) -> str:
    """Changes with this file, the interpreter and the packages: then the image is made anew."""
    digest = hashlib.sha256(Path(__file__).read_bytes())
    digest.update(json.dumps([sys.version, sys.base_prefix, packages]).encode())
    return digest.hexdigest()[:16]


def recipe_in_docker(image: str) -> str | None:
    """Recipe of the image in Docker: ``""`` for a real one, None where there is none."""
    run_text(["docker", "version", "--format", "{{.Server.Version}}"], mend="start the Docker daemon (dockerd)")
    asked = subprocess.run(  # noqa: S603
        ["docker", "image", "inspect", "--format", "{{json .Config.Labels}}", image],  # noqa: S607
        capture_output=True,
        text=True,
        timeout=COMMAND_SECONDS,
        check=False,
    )
    if asked.returncode:
        return None
    return str((json.loads(asked.stdout) or {}).get(RECIPE_LABEL, ""))


def debian_root(root: Path, mirror: str) -> None:
    """A Debian of the same release as this machine: its Python then finds the libraries that it was linked with."""
    release = dict(
        line.split("=", 1) for line in Path("/etc/os-release").read_text(encoding="utf-8").splitlines() if "=" in line
    )
    codename = release.get("VERSION_CODENAME", "").strip('"')
    if release.get("ID") != "debian" or not codename:
        raise CannotMakeImage(
            "the stand-in is made from Debian on Debian; elsewhere pull the real image from its registry."
        )
    command = ["debootstrap", "--variant=minbase", f"--include={LIBRARIES}", codename, str(root)]
    run_text([*command, mirror] if mirror else command, mend="run as root, with a Debian mirror in DEBIAN_MIRROR")
    for name in NOT_NEEDED:
        shutil.rmtree(root / name, ignore_errors=True)


def add_python(root: Path, version: str) -> None:
    """The interpreter that runs this file, without what no function imports."""
    source, target = Path(sys.base_prefix), root / "var/lang"
    for part in (f"lib/python{version}", "bin"):
        shutil.copytree(source / part, target / part, symlinks=True, ignore=shutil.ignore_patterns(*NOT_OF_PYTHON))
    for library in (source / "lib").glob("libpython*.so*"):
        shutil.copy2(library, target / "lib", follow_symlinks=False)
    # Last on the path, as in the real runtime: what a function or layer brings along comes before the runtime's own.
    site_packages = target / f"lib/python{version}/site-packages"
    site_packages.mkdir()
    (site_packages / "runtime.pth").write_text("/var/runtime\n", encoding="utf-8")


def add_runtime(root: Path, uv: Path, packages: list[str], version: str) -> None:
    """The runtime interface client, the SDK, and the bootstrap that the emulator starts."""
    runtime = root / "var/runtime"
    command = [str(uv), "pip", "install", "--quiet", "--python", sys.executable, "--target", str(runtime), *packages]
    run_text(command, mend="check the network and the package index")
    bootstrap = runtime / "bootstrap"
    bootstrap.write_text(BOOTSTRAP.replace("{version}", version), encoding="utf-8")
    bootstrap.chmod(0o755)
    for folder in ("var/task", "opt"):
        (root / folder).mkdir(parents=True, exist_ok=True)


def into_docker(root: Path, image: str, recipe: str) -> None:
    """Stream the root into Docker under the image's name."""
    changes = [f"ENV {name}={value}" for name, value in ENVIRONMENT.items()]
    changes += ["WORKDIR /var/task", f"LABEL {RECIPE_LABEL}={recipe}"]
    command = ["docker", "import", *(word for change in changes for word in ("--change", change)), "-", image]
    with subprocess.Popen(["tar", "-C", str(root), "-c", "."], stdout=subprocess.PIPE) as tar:  # noqa: S603, S607
        run_text(
            command, mend="look at the log of the Docker daemon", stdin=tar.stdout.fileno() if tar.stdout else None
        )
    if tar.returncode:
        raise CannotMakeImage(f"tar ended with {tar.returncode}; is the disk full?")


def run_text(command: list[str], *, mend: str, stdin: int | None = None) -> str:
    """Output of a command; its last words and the mend where it fails."""
    try:
        done = subprocess.run(  # noqa: S603
            command, stdin=stdin, capture_output=True, text=True, timeout=COMMAND_SECONDS, check=True
        )
    except FileNotFoundError as error:
        raise CannotMakeImage(f"{command[0]} is missing; {mend}.") from error
    except subprocess.TimeoutExpired as error:
        raise CannotMakeImage(f"{command[0]} did not end within {COMMAND_SECONDS} s; {mend}.") from error
    except subprocess.CalledProcessError as error:
        words = (error.stderr or error.stdout or "").strip().splitlines()
        raise CannotMakeImage(f"{' '.join(command[:3])} failed ({words[-1] if words else error}); {mend}.") from error
    return str(done.stdout)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
