"""Builds one immutable artifact of a service and stores it under its digest, once."""

import fcntl
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from milkrun.environment import Environment
from milkrun.errors import CommandFailed
from milkrun.release.archive import digest, zip_folder
from milkrun.release.delivery import Delivery
from milkrun.release.errors import NoSuchArtifact
from milkrun.release.template import read_template, required_parameters, without_local_paths

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

BUILD_SECONDS = 600
SHORT = 12


@dataclass(frozen=True)
class Artifact:
    """What a release is made of; ``content`` is what its digest is taken of."""

    digest: str
    content: Mapping[str, Any]
    about: Mapping[str, Any]

    @property
    def version(self) -> str:
        return self.digest[:SHORT]

    @property
    def parameters(self) -> tuple[list[str], list[str]]:
        return self.content["parameters"], self.content["required"]


@dataclass
class Package:
    """A built stack, ready to be stored: its template and the code objects, by digest."""

    template: bytes
    content: dict[str, Any]
    objects: dict[str, bytes] = field(default_factory=dict)


def build(environment: Environment, service: str, source: Path | None = None) -> Artifact:
    """Build a service of the fleet from this repository, or from the copy of it at ``source``, and store it.

    What is there already is not stored again: building twice gives the same digest. Raises CommandFailed with sam's
    own words when the build fails.
    """
    environment.fleet.service(service)
    root = (source or environment.root).resolve()
    with sam_build(environment.root, root, service) as template:
        built = package(service, template)
    commit = commit_of(root)
    if source and not commit["commit"]:
        # A copy that git knows nothing of is our commit, edited.
        commit = {**commit_of(environment.root), "dirty": True}
    return store(Delivery(environment), built, commit)


def stack_name(service: str) -> str:
    return service.replace("/", "-")


@contextmanager
def sam_build(tools: Path, root: Path, service: str) -> Iterator[Path]:
    """Run `sam build` for a stack; the built template, which no other build of ours replaces while it is used."""
    stack = stack_name(service)
    folder = root / ".aws-sam"
    folder.mkdir(exist_ok=True)
    with (folder / f"{stack}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        _run_sam_build(tools, root, service)
        yield folder / stack / "template.yaml"


def _run_sam_build(tools: Path, root: Path, service: str) -> None:
    stack = stack_name(service)
    cache = root / ".aws-sam" / "cache" / stack
    command = [sam_command(tools), "build", "--config-file", str(root / "samconfig.toml"), "--config-env", stack]
    command += ["--cached", "--cache-dir", str(cache)]
    settings = _build_settings(tools)
    result = subprocess.run(  # noqa: S603 - our own sam, with our own arguments
        command, cwd=root, env=settings, capture_output=True, text=True, timeout=BUILD_SECONDS, check=False
    )
    if result.returncode != 0:
        raise CommandFailed(f"sam build of {service} failed:\n{result.stderr.strip()[-2000:]}")


def _build_settings(tools: Path) -> dict[str, str]:
    """The environment of a build: sam looks for the runtime's Python on the PATH, the layers' Makefiles for uv."""
    settings = {**os.environ, "SAM_CLI_TELEMETRY": "0"}
    uv, python = tools / ".milkrun" / "bin" / "uv", tools / ".milkrun" / "python"
    if uv.exists():
        settings["UV"] = str(uv)
    if python.exists():
        settings["PATH"] = f"{Path(python.read_text().strip()).parent}{os.pathsep}{settings.get('PATH', '')}"
    return settings


def sam_command(tools: Path) -> str:
    """The SAM CLI of this repository, or else the one on the PATH.  Raises CommandFailed when there is none."""
    own = tools / ".milkrun" / "envs" / "sam" / "bin" / "sam"
    found = str(own) if own.exists() else shutil.which("sam")
    if found is None:
        raise CommandFailed("the SAM CLI is not installed: run `make up`, or put sam on the PATH")
    return found


def package(service: str, template: Path) -> Package:
    """Take a built template apart into what is stored: nothing in it is local any more."""
    objects: dict[str, bytes] = {}
    known: dict[Path, str] = {}

    def keep(folder: Path) -> str:
        if folder not in known:
            content = _compiled_zip(folder)
            known[folder] = digest(content)
            objects[known[folder]] = content
        return known[folder]

    packaged = without_local_paths(read_template(template), template.parent, keep)
    body = json.dumps(packaged, sort_keys=True, separators=(",", ":")).encode()
    names, required = required_parameters(packaged)
    content = {
        "service": service,
        "template": digest(body),
        "objects": [{"sha256": sha, "size": len(objects[sha])} for sha in sorted(objects)],
        "parameters": names,
        "required": required,
    }
    return Package(body, content, objects)


def _compiled_zip(folder: Path) -> bytes:
    # In a copy: unchecked compiled code beside sources would be run whatever becomes of the sources.
    with tempfile.TemporaryDirectory(prefix="milkrun-package-") as scratch:
        copy = Path(shutil.copytree(folder, Path(scratch) / "code"))
        compile_code(copy)
        return zip_folder(copy)


def compile_code(folder: Path) -> None:
    """Compile a function's code, so that a cold start need not; layers bring their own compiled.

    By hash and unchecked, and under the path that the code has in Lambda: two builds give the same bytes.
    """
    if (folder / "python").is_dir():
        return
    command = [sys.executable, "-m", "compileall", "-q", "--invalidation-mode", "unchecked-hash"]
    command += ["-s", str(folder), "-p", "/var/task", str(folder)]
    subprocess.run(command, capture_output=True, timeout=BUILD_SECONDS, check=False)  # noqa: S603 - only a speed-up


def store(delivery: Delivery, built: Package, commit: Mapping[str, Any]) -> Artifact:
    """Store a package in the delivery account; the manifest last, so that one that is there is whole."""
    s3, bucket = delivery.s3, delivery.bucket
    found = digest(json.dumps(built.content, sort_keys=True, separators=(",", ":")).encode())
    # Commit and time are facts about a build, not about what was built: they are not part of the digest.
    about = {"version": found[:SHORT], "created": datetime.now(UTC).isoformat(timespec="seconds"), **commit}
    manifest = {"content": built.content, **about}
    _put_once(s3, bucket, f"templates/{built.content['template']}.json", built.template)
    for sha, content in built.objects.items():
        _put_once(s3, bucket, f"artifacts/{sha}.zip", content)
    _put_once(s3, bucket, f"manifests/{found}.json", json.dumps(manifest, indent=2).encode())
    return Artifact(found, built.content, about)


def load(delivery: Delivery, wanted: str) -> Artifact:
    """A stored artifact by its digest, or by the first 12 or more digits of it.

    Raises NoSuchArtifact.
    """
    listed = delivery.s3.list_objects_v2(Bucket=delivery.bucket, Prefix=f"manifests/{wanted}", MaxKeys=2)
    keys = [each["Key"] for each in listed.get("Contents", [])]
    if len(keys) != 1:
        problem = "no artifact" if not keys else "more than one artifact"
        raise NoSuchArtifact(f"there is {problem} {wanted}; `milkrun release build SERVICE` prints the digest")
    manifest = json.loads(delivery.s3.get_object(Bucket=delivery.bucket, Key=keys[0])["Body"].read())
    content = manifest.pop("content")
    return Artifact(keys[0].removeprefix("manifests/").removesuffix(".json"), content, manifest)


def commit_of(root: Path) -> dict[str, Any]:
    """The commit that a folder is at, and whether it differs from it; empty where git knows nothing."""

    def git(*arguments: str) -> str | None:
        command = ["git", "-C", str(root), *arguments]
        result = subprocess.run(command, capture_output=True, text=True, timeout=30, check=False)  # noqa: S603
        return result.stdout.strip() if result.returncode == 0 else None

    commit = git("rev-parse", "HEAD")
    return {"commit": commit or "", "dirty": bool(git("status", "--porcelain")) if commit else False}


def _put_once(s3: "S3Client", bucket: str, key: str, body: bytes) -> None:
    try:
        s3.head_object(Bucket=bucket, Key=key)
    except ClientError as error:
        if error.response["Error"]["Code"] not in {"404", "NoSuchKey", "NotFound"}:
            raise
        s3.put_object(Bucket=bucket, Key=key, Body=body)
