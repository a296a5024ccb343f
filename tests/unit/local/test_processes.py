"""Telling our own processes from strangers, and ending only those."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from milkrun.local import processes
from milkrun.local.processes import ProcessRecord

SLEEPS = [sys.executable, "-c", "import time; time.sleep(60)"]


@pytest.fixture
def sleeper() -> Iterator[subprocess.Popen[bytes]]:
    """A process in a session of its own."""
    process = subprocess.Popen(SLEEPS, start_new_session=True)
    yield process
    process.kill()
    process.wait()


def recorded(process: subprocess.Popen[bytes]) -> ProcessRecord:
    born = processes.birth_of(process.pid)
    assert born is not None
    return ProcessRecord(process.pid, born, 4566)


def test_a_record_survives_the_disk(tmp_path: Path) -> None:
    record = ProcessRecord(12, "345", 4566)
    record.save(tmp_path / "cloud.json")
    assert ProcessRecord.load(tmp_path / "cloud.json") == record


@pytest.mark.parametrize("text", ["", "{", "[]", '{"pid": "x"}'])
def test_a_broken_record_is_no_record(tmp_path: Path, text: str) -> None:
    tmp_path.joinpath("cloud.json").write_text(text)
    assert ProcessRecord.load(tmp_path / "cloud.json") is None


def test_a_process_is_known_by_its_birth_not_its_number(sleeper: subprocess.Popen[bytes]) -> None:
    record = recorded(sleeper)
    assert record.is_alive()
    assert not ProcessRecord(record.pid, "before the reboot", 4566).is_alive()


def test_a_stranger_with_a_recycled_number_is_left_alone(sleeper: subprocess.Popen[bytes], tmp_path: Path) -> None:
    stale = ProcessRecord(sleeper.pid, "before the reboot", 4566)
    assert processes.end(stale, str(tmp_path), 0.1) == ()
    assert sleeper.poll() is None


def test_the_end_of_a_leader_is_the_end_of_its_family(tmp_path: Path) -> None:
    script = f"import subprocess, sys, time; subprocess.Popen({SLEEPS!r}); print('ready', flush=True); time.sleep(60)"
    with subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, start_new_session=True) as leader:
        assert leader.stdout is not None
        leader.stdout.readline()
        family = processes.family_of(leader.pid)
        assert len(family) == 2
        assert processes.end(recorded(leader), str(tmp_path), 5) == ()
        assert not [member for member in family if member.is_alive()]
        leader.returncode = 0


def test_orphans_of_a_dead_leader_are_ended_if_they_name_our_folder(tmp_path: Path) -> None:
    script = f"import subprocess, sys; print(subprocess.Popen({[*SLEEPS, str(tmp_path)]!r}, stdout=2).pid, flush=True)"
    with subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, start_new_session=True) as leader:
        record = recorded(leader)
        assert leader.stdout is not None
        orphan = int(leader.stdout.readline())
        leader.wait()
    assert processes.birth_of(orphan) is not None
    assert processes.end(record, "/some/other/folder", 0.1) == ()
    assert processes.birth_of(orphan) is not None
    processes.end(record, str(tmp_path), 5)
    assert processes.birth_of(orphan) is None


def test_the_system_tool_tells_the_same_family_where_there_is_no_proc(
    sleeper: subprocess.Popen[bytes], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(processes, "_PROC", tmp_path)
    assert [member.pid for member in processes.family_of(sleeper.pid)] == [sleeper.pid]
    assert processes.birth_of(os.getpid()) is not None
    assert processes.birth_of(2**22 - 1) is None
