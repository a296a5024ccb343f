"""A patch takes hold after the import, around what it knows, and refuses what it does not."""

import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from milkrun.local.launcher import settings
from milkrun.local.patches import hooks


@pytest.fixture
def service() -> ModuleType:
    """A module of a make-believe emulator."""

    def greet(name: str) -> str:
        return f"hello {name}"

    class Worker:
        def work(self, hours: int) -> int:
            return hours

    module = ModuleType("service")
    vars(module).update(greet=greet, Worker=Worker)
    return module


def louder(real: Any) -> Any:
    def greet(name: str) -> str:
        return str(real(name)).upper()

    return greet


def test_a_function_is_wrapped_and_can_be_wrapped_again(service: Any) -> None:
    for _ in range(2):
        hooks.wrap(service, "greet", "name", louder)
    assert service.greet("cell") == "HELLO CELL"


def test_a_method_is_wrapped_by_its_dotted_name(service: Any) -> None:
    hooks.wrap(service, "Worker.work", "self hours", lambda real: lambda self, hours: real(self, hours) + 1)
    assert service.Worker().work(1) == 2


def test_a_function_that_is_gone_or_changed_is_refused_by_name(service: Any) -> None:
    with pytest.raises(hooks.PatchMismatch, match=r"service\.farewell is gone"):
        hooks.wrap(service, "farewell", "name", louder)
    with pytest.raises(hooks.PatchMismatch, match=r"greet takes \(name\), expected \(name tone\)"):
        hooks.wrap(service, "greet", "name tone", louder)


def test_actions_wait_for_the_import(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tmp_path.joinpath("milkrun_late_module.py").write_text("VALUE = 1\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    seen: list[int] = []
    hooks.when_imported("milkrun_late_module", lambda module: seen.append(module.VALUE))
    assert seen == []
    import milkrun_late_module  # type: ignore[import-not-found]  # noqa: F401, PLC0415

    assert seen == [1]
    hooks.when_imported("milkrun_late_module", lambda module: seen.append(module.VALUE))
    assert seen == [1, 1]
    del sys.modules["milkrun_late_module"]


def test_the_emulator_inherits_nothing_but_what_a_program_needs(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("GITHUB_TOKEN", "secret")
    monkeypatch.setenv("AWS_PROFILE", "production")
    given = settings(4566, tmp_path, persist=True)
    assert not {"GITHUB_TOKEN", "AWS_PROFILE"} & given.keys()
    assert (given["AUTH"], given["BIND_HOST"], given["IOT_MTLS_ENABLED"]) == ("true", "127.0.0.1", "0")
    assert (given["PERSIST_STATE"], given["S3_PERSIST"]) == ("1", "1")
