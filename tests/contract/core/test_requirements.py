"""What layers and functions carry into Lambda is what the lock file says."""

import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
LOCKED = {
    package["name"]: package["version"]
    for package in tomllib.loads((ROOT / "uv.lock").read_text())["package"]
    if "version" in package
}
OURS = {
    "layers/core/requirements.txt": "core-layer",
    "functions/fulfillment/pack/requirements.txt": "pack",
    "functions/imdb/web/requirements.txt": "web",
}
# The Lambda runtime has boto3 and what it brings; two of them would be one too many.
IN_THE_RUNTIME = {"boto3", "botocore", "jmespath", "python-dateutil", "s3transfer", "six", "urllib3"}


def pinned(file: str) -> dict[str, str]:
    lines = (line.split("#")[0].strip() for line in (ROOT / file).read_text().splitlines())
    return dict(line.split("==") for line in lines if line)


@pytest.mark.parametrize("file", OURS)
def test_every_requirement_is_pinned_as_in_the_lock_file(file: str) -> None:
    assert pinned(file).items() <= LOCKED.items()


@pytest.mark.parametrize(("file", "group"), OURS.items())
def test_everything_that_the_group_names_is_there(file: str, group: str) -> None:
    groups = tomllib.loads((ROOT / "pyproject.toml").read_text())["dependency-groups"]
    named = {entry.split(">")[0].split("=")[0] for entry in groups[group]}
    assert named <= pinned(file).keys()


@pytest.mark.parametrize("file", OURS)
def test_nothing_that_the_runtime_has_is_carried_along(file: str) -> None:
    assert not pinned(file).keys() & IN_THE_RUNTIME
