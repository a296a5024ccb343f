"""The core layer as `sam build` makes it: the same bytes every time, complete, and ready to import."""

import os
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
CLOUD_PYTHON = ROOT / ".milkrun/envs/cloud/bin/python"
LARGEST_MEGABYTES = 25


def build(folder: Path) -> Path:
    folder.mkdir()
    subprocess.run(
        ["make", "--silent", "--makefile", ROOT / "layers/core/Makefile", "build-CoreLayer"],
        cwd=folder,  # SAM runs it somewhere else, too
        env=os.environ | {"ARTIFACTS_DIR": str(folder)},
        check=True,
        timeout=120,
    )
    return folder


@pytest.fixture(scope="module")
def layer(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build(tmp_path_factory.mktemp("layer") / "one")


def content(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_two_builds_are_the_same_to_the_byte(layer: Path, tmp_path: Path) -> None:
    assert content(build(tmp_path / "two")) == content(layer)


def test_it_is_small_and_has_no_installer_records(layer: Path) -> None:
    files = content(layer)
    assert sum(map(len, files.values())) < LARGEST_MEGABYTES * 1_000_000
    assert not [name for name in files if "dist-info" in name or "boto" in name.split("/")[1]]


def test_every_module_comes_compiled(layer: Path) -> None:
    files = content(layer)
    sources = {name.removesuffix(".py") for name in files if name.endswith(".py")}
    compiled = {name.replace("__pycache__/", "").split(".cpython-313")[0] for name in files if name.endswith(".pyc")}
    assert sources == compiled


def test_it_needs_nothing_but_itself_and_what_the_runtime_has(layer: Path) -> None:
    modules = "pynamodb.models, milkrun_core.aws, milkrun_core.http, milkrun_core.logs, milkrun_core.settings"
    subprocess.run(
        [CLOUD_PYTHON, "-P", "-c", f"import {modules}"],
        env={"PYTHONPATH": str(layer / "python"), "PYTHONDONTWRITEBYTECODE": "1"},
        check=True,
        timeout=60,
    )
