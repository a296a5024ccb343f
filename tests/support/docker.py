"""What the tests need to know of Docker: whether it runs, the runtime's image, and its bridge's address."""

import shutil
import subprocess

RUNTIME_IMAGE = "public.ecr.aws/lambda/python:3.13-x86_64"


def why_not() -> str | None:
    """Why a function cannot be invoked in a container on this machine; None where it can."""
    if shutil.which("docker") is None:
        return "Docker is not installed"
    if docker("version", "--format", "{{.Server.Version}}") is None:
        return "no Docker daemon answers"
    if docker("image", "inspect", RUNTIME_IMAGE) is None and docker("pull", RUNTIME_IMAGE, seconds=300) is None:
        return f"{RUNTIME_IMAGE} is neither here nor to be pulled (milkrun/local/runtime_image.py makes a stand-in)"
    return None


def bridge_address() -> str:
    """The machine's own address as containers see it."""
    found = docker("network", "inspect", "bridge", "--format", "{{(index .IPAM.Config 0).Gateway}}")
    if found:
        return found
    # The daemon does not always write the gateway down; the bridge has it all the same.
    interface = docker(
        "network", "inspect", "bridge", "--format", '{{index .Options "com.docker.network.bridge.name"}}'
    )
    shown = subprocess.run(
        ["ip", "-4", "-o", "addr", "show", interface or "docker0"],
        capture_output=True,
        text=True,
        timeout=10,
        check=True,
    )
    return shown.stdout.split()[3].partition("/")[0]


def docker(*arguments: str, seconds: float = 30) -> str | None:
    """Output of a docker command, None where it fails."""
    try:
        done = subprocess.run(["docker", *arguments], capture_output=True, text=True, timeout=seconds, check=True)
    except (OSError, subprocess.SubprocessError):
        return None
    return done.stdout.strip()
