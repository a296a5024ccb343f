"""An interpreter is believed when it has answered, not when its name is right."""

import sys
from pathlib import Path

from milkrun.local.find_python import find, patch_release, probe, wanted_version

VERSION = "{}.{}".format(*sys.version_info[:2])


def program(path: Path, script: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
    path.chmod(0o755)
    return path


def test_a_shim_that_only_prints_an_error_is_passed_over(tmp_path: Path) -> None:
    program(tmp_path / "shims" / f"python{VERSION}", "echo 'pyenv: command not found' >&2; exit 127")
    real = program(tmp_path / "real" / f"python{VERSION}", f'exec "{sys.executable}" "$@"')

    found = find(VERSION, {"PATH": f"{tmp_path / 'shims'}:{real.parent}"})

    assert found == str(Path(sys._base_executable).resolve())  # type: ignore[attr-defined]


def test_another_version_is_not_taken(tmp_path: Path) -> None:
    old = program(tmp_path / "python3", "echo 3.9 True /usr/bin/python3.9")

    assert probe(str(old), VERSION) is None


def test_pyenvs_newest_patch_release_is_found_without_path(tmp_path: Path) -> None:
    for patch in (9, 10):
        path = tmp_path / ".pyenv/versions" / f"{VERSION}.{patch}" / "bin" / f"python{VERSION}"
        program(path, f"echo {VERSION} True {path}")

    assert find(VERSION, {"HOME": str(tmp_path)}) == str(path)


def test_nothing_there_is_nothing_found(tmp_path: Path) -> None:
    assert find(VERSION, {"HOME": str(tmp_path), "PATH": str(tmp_path)}) is None


def test_patch_releases_are_compared_as_numbers() -> None:
    assert patch_release(Path("3.13.10")) > patch_release(Path("3.13.9"))


def test_the_version_stands_in_pyproject() -> None:
    assert wanted_version('[project]\nrequires-python = "==3.13.*"\n') == "3.13"
