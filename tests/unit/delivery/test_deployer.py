"""How the deployer makes a stack ready, against a fake stack for every situation."""

from dataclasses import dataclass, field, replace
from typing import Any

import pytest
from delivery import artifact, deployer
from delivery.errors import AlarmActive, DeployFailed, NoWayBack, StackNotRecoverable
from delivery.stack import Stack

from tests.support.delivery import FakeLog, a_stop

TABLE = {"LogicalResourceId": "PackTable", "ResourceType": "AWS::DynamoDB::Table", "PhysicalResourceId": "t"}


class FakeCloudFormation:
    """Remembers which calls would have changed the stack."""

    def __init__(self) -> None:
        self.calls: list[str] = []

    def __getattr__(self, name: str) -> Any:
        return lambda **_: self.calls.append(name)


@dataclass(frozen=True)
class FakeStack(Stack):
    """A stack in one status."""

    status_: str | None = None
    kept: tuple[dict[str, str], ...] = ()
    alarms: tuple[str, ...] = ()
    cloudformation: FakeCloudFormation = field(default_factory=FakeCloudFormation)

    @property
    def client(self) -> Any:
        return self.cloudformation

    def status(self) -> str | None:
        return self.status_

    def resources(self) -> list[dict[str, Any]]:
        return list(self.kept)

    def alarms_in_alarm(self) -> list[str]:
        return list(self.alarms)

    def first_reason(self) -> str:
        return "PackTable: it would not"


@pytest.fixture
def a_stack(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Make the deployer meet a stack in that status."""

    def meet(status: str | None, *kept: dict[str, str]) -> FakeStack:
        stack = FakeStack(None, "fulfillment-pack", status_=status, kept=kept)  # type: ignore[arg-type]
        monkeypatch.setattr(deployer, "_there", lambda _: (None, stack))
        return stack

    return meet


@pytest.mark.parametrize(
    ("status", "calls"),
    [
        pytest.param("UPDATE_IN_PROGRESS", ["cancel_update_stack"], id="cancels-an-update"),
        pytest.param("UPDATE_ROLLBACK_IN_PROGRESS", [], id="waits"),
        pytest.param("ROLLBACK_COMPLETE", ["delete_stack"], id="deletes-what-was-never-made"),
        pytest.param("UPDATE_ROLLBACK_FAILED", ["continue_update_rollback"], id="continues-a-rollback"),
        pytest.param("UPDATE_FAILED", ["rollback_stack"], id="rolls-back-what-is-half-done"),
    ],
)
def test_brings_a_stack_to_rest(a_stack: Any, status: str, calls: list[str]) -> None:
    stack = a_stack(status)
    log = FakeLog()
    outcome = deployer.prepare_back(a_stop(log))
    assert outcome.result["ready"] is False
    assert stack.cloudformation.calls == calls
    assert log.renewals == 1


@pytest.mark.parametrize("status", [None, "REVIEW_IN_PROGRESS", "CREATE_COMPLETE", "UPDATE_ROLLBACK_COMPLETE"])
def test_a_stack_at_rest_is_left_alone(a_stack: Any, status: str | None) -> None:
    stack = a_stack(status)
    assert deployer.prepare_back(a_stop(FakeLog())).result["ready"] is True
    assert stack.cloudformation.calls == []


def test_an_alarm_that_is_about_to_clear_is_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    ringing = FakeStack(None, "fulfillment-pack", status_="UPDATE_COMPLETE", alarms=("PackErrors",))  # type: ignore[arg-type]
    meet(monkeypatch, ringing)
    waiting = deployer.preflight(a_stop(FakeLog()))
    assert waiting.result["ready"] is False
    assert "PackErrors" in waiting.detail

    meet(monkeypatch, replace(ringing, alarms=()))
    assert deployer.preflight(a_stop(FakeLog(), **waiting.result)).result["ready"] is True


def test_an_alarm_that_stays_is_work_for_somebody_before_a_release_is(monkeypatch: pytest.MonkeyPatch) -> None:
    ringing = FakeStack(None, "fulfillment-pack", status_="UPDATE_COMPLETE", alarms=("PackErrors",))  # type: ignore[arg-type]
    meet(monkeypatch, ringing)
    with pytest.raises(AlarmActive, match="PackErrors; clear that first"):
        deployer.preflight(a_stop(FakeLog(), begun=1.0))


def meet(monkeypatch: pytest.MonkeyPatch, stack: FakeStack) -> None:
    """Have the deployer find that stack, and a whole artifact."""
    monkeypatch.setattr(deployer, "_there", lambda _: (None, stack))
    monkeypatch.setattr(artifact, "read", lambda *_: None)
    monkeypatch.setattr(artifact, "check_complete", lambda *_: None)


def test_a_failed_creation_that_kept_a_table_is_for_a_person(a_stack: Any) -> None:
    stack = a_stack("ROLLBACK_COMPLETE", TABLE)
    with pytest.raises(StackNotRecoverable, match="PackTable"):
        deployer.prepare_back(a_stop(FakeLog()))
    assert stack.cloudformation.calls == []


def test_a_rollback_is_continued_twice_and_then_left_to_a_person(a_stack: Any) -> None:
    a_stack("UPDATE_ROLLBACK_FAILED")
    first = deployer.prepare_back(a_stop(FakeLog())).result
    second = deployer.prepare_back(a_stop(FakeLog(), **first)).result
    assert second["tries"] == 2
    with pytest.raises(StackNotRecoverable, match="it would not"):
        deployer.prepare_back(a_stop(FakeLog(), **second))


def test_a_first_version_that_holds_data_has_no_way_back(a_stack: Any) -> None:
    a_stack("CREATE_COMPLETE", TABLE)
    with pytest.raises(NoWayBack, match="PackTable"):
        deployer.plan_back(a_stop(FakeLog()))


def test_a_first_version_without_data_goes(a_stack: Any) -> None:
    stack = a_stack("CREATE_COMPLETE")
    planned = deployer.plan_back(a_stop(FakeLog())).result
    deployer.execute(a_stop(FakeLog(), plan=planned))
    assert stack.cloudformation.calls == ["delete_stack"]


@pytest.mark.parametrize("status", ["UPDATE_ROLLBACK_COMPLETE", "ROLLBACK_COMPLETE", "CREATE_FAILED", None])
def test_a_deployment_that_ends_elsewhere_has_failed(a_stack: Any, status: str | None) -> None:
    a_stack(status)
    with pytest.raises(DeployFailed, match="it would not"):
        deployer.look(a_stop(FakeLog(), plan={"gone": False}, begun=2e9))
