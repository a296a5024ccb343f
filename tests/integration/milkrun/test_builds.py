"""Builds in one checkout: two of one stack would write into one folder, so they take turns."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from milkrun.errors import CommandFailed
from milkrun.release.build import sam_build

# Fails if another one is at work on the same stack.
SAM = """#!/bin/sh
stack=$5
mkdir "$PWD/at-work-on-$stack" || exit 1
sleep 0.2
mkdir -p "$PWD/.aws-sam/$stack"
echo "Resources: {}" > "$PWD/.aws-sam/$stack/template.yaml"
rmdir "$PWD/at-work-on-$stack"
"""
BROKEN = "#!/bin/sh\necho 'Error: no such runtime' >&2\nexit 1\n"


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A folder with a SAM CLI of its own that looks whether it is alone."""
    return with_sam(tmp_path, SAM)


def with_sam(folder: Path, script: str) -> Path:
    sam = folder / ".milkrun/envs/sam/bin/sam"
    sam.parent.mkdir(parents=True)
    sam.write_text(script, encoding="utf-8")
    sam.chmod(0o755)
    return folder


def test_two_builds_of_one_stack_take_turns_until_the_first_is_packed(checkout: Path) -> None:
    order: list[str] = []

    def build_and_pack(name: str) -> None:
        with sam_build(checkout, checkout, "imdb/people") as template:
            order.append(f"{name} built {template.name}")
            time.sleep(0.1)
            order.append(f"{name} packed")

    with ThreadPoolExecutor(2) as builders:
        list(builders.map(build_and_pack, ("one", "other")))

    first, second = order[0].split()[0], order[2].split()[0]
    assert order == [f"{name} {did}" for name in (first, second) for did in ("built template.yaml", "packed")]


def test_builds_of_different_stacks_do_not_wait_for_each_other(checkout: Path) -> None:
    together = threading.Barrier(2, timeout=20)

    def build(service: str) -> None:
        with sam_build(checkout, checkout, service):
            together.wait()

    with ThreadPoolExecutor(2) as builders:
        list(builders.map(build, ("imdb/people", "imdb/titles")))


def test_a_build_that_fails_says_what_sam_said_and_lets_the_next_one_begin(tmp_path: Path) -> None:
    checkout = with_sam(tmp_path, BROKEN)
    for _ in range(2):
        with (
            pytest.raises(CommandFailed, match=r"imdb/people failed:\n.*no such runtime"),
            sam_build(checkout, checkout, "imdb/people"),
        ):
            pytest.fail("it was built")
