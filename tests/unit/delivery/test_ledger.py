"""What the ledger decides: the next wave, the verdict of the whole, and what a failed stop is called."""

import json
from typing import Any

import pytest
from delivery import ledger
from delivery.errors import ReleaseEnded, TargetLocked
from delivery.failure import failure_of
from delivery.store import Lock, ReleaseStore

from tests.support.delivery import SERVICE, FakeLog, a_release, a_stop


def a_log(**verdicts: str) -> FakeLog:
    return FakeLog(
        known={name.replace("_", "-"): {"verdict": verdict, "why": "so"} for name, verdict in verdicts.items()}
    )


def lambda_error(kind: str, message: str) -> dict[str, str]:
    return {"Error": kind, "Cause": json.dumps({"errorType": kind, "errorMessage": message})}


def test_the_next_wave_begins_only_after_every_target_has_passed() -> None:
    release = a_release()
    going = ledger.close_wave(a_log(preprod="pass"), release, {"number": 0})
    assert [stop["target"] for stop in going["wave"]["stops"]] == ["cell-1", "cell-2"]
    assert going["wave"]["at_once"] == 2
    assert not ledger.close_wave(a_log(preprod="inconclusive"), release, {"number": 0})["go_on"]
    assert not ledger.close_wave(a_log(preprod="pass", cell_1="pass"), release, {"number": 1})["go_on"]
    assert not ledger.close_wave(a_log(cell_1="pass", cell_2="pass"), release, {"number": 1})["go_on"]


@pytest.mark.parametrize(
    ("verdicts", "expected"),
    [
        pytest.param({"preprod": "pass", "cell_1": "pass", "cell_2": "pass"}, "pass", id="all-passed"),
        pytest.param({"preprod": "pass", "cell_1": "fail"}, "fail", id="the-first-that-did-not-pass"),
        pytest.param({"preprod": "pass", "cell_1": "pass"}, "error", id="one-never-settled"),
        pytest.param({}, "error", id="nothing-settled"),
    ],
)
def test_the_verdict_of_a_release_is_that_of_its_stops(verdicts: dict[str, str], expected: str) -> None:
    assert ledger.verdict_of(a_release(), a_log(**verdicts).known, None)[0] == expected


@pytest.mark.parametrize(
    ("given", "error", "verdict"),
    [
        pytest.param(lambda_error("RefusedChange", "Table"), "RefusedChange", "fail", id="of-the-version"),
        pytest.param(lambda_error("NotEnoughEvidence", "few"), "NotEnoughEvidence", "inconclusive", id="too-few"),
        pytest.param(lambda_error("AccessRefused", "no"), "AccessRefused", "error", id="of-the-environment"),
        pytest.param({"Error": "States.Timeout", "Cause": ""}, "States.Timeout", "error", id="of-step-functions"),
        pytest.param(
            {"Error": "States.TaskFailed", "Cause": "not json"}, "States.TaskFailed", "error", id="plain-text"
        ),
    ],
)
def test_a_failure_is_blamed_on_the_version_only_if_the_version_did_it(
    given: dict[str, str], error: str, verdict: str
) -> None:
    failure = failure_of(given)
    assert failure is not None
    assert (failure.error, failure.verdict) == (error, verdict)


class Locking(FakeLog):
    """A log whose lock is held by somebody, and remembers whom it was taken from."""

    taken_from: str | None = None

    def lock(self, service: str, target: str) -> Lock | None:
        assert (service, target) == (SERVICE, "cell-1")
        return self.held

    def take_lock(self, service: str, target: str, owner: str, seconds: int, *, from_owner: str | None) -> int | None:
        assert (service, target, owner) == (SERVICE, "cell-1", "arn:mine")
        assert seconds > 0
        self.taken_from = from_owner
        return 8


@pytest.mark.parametrize(
    ("expires", "alive", "given"),
    [
        pytest.param(2e9, False, False, id="lease-not-over"),
        pytest.param(0, True, False, id="lease-over-but-its-owner-runs"),
        pytest.param(0, False, True, id="lease-over-and-its-owner-dead"),
    ],
)
def test_a_lock_is_taken_only_from_the_dead(
    monkeypatch: pytest.MonkeyPatch, expires: float, alive: bool, given: bool
) -> None:
    monkeypatch.setattr(ledger, "is_running", lambda _: alive)
    log = Locking(held=Lock("arn:other", 7, expires))
    stop = a_stop(log, execution="arn:mine")
    if given:
        assert ledger.lock(stop).result == {"token": 8}
        assert log.taken_from == "arn:other"
    else:
        with pytest.raises(TargetLocked, match="arn:other"):
            ledger.lock(stop)


class Settling(FakeLog):
    """A log that keeps what was settled."""

    settled: tuple[Any, ...] = ()

    def settle(self, *arguments: Any) -> None:
        self.settled = arguments


@pytest.mark.parametrize(
    ("outcome", "failure", "way_back", "verdict", "changes_current"),
    [
        pytest.param("passed", None, None, "pass", True, id="passed"),
        pytest.param("untouched", "RefusedChange", None, "fail", False, id="refused"),
        pytest.param("went_back", "SmokeTestFailed", None, "fail", False, id="went-back"),
        pytest.param("stuck", "SmokeTestFailed", "NoWayBack", "error", False, id="stuck"),
    ],
)
def test_only_a_passed_stop_changes_what_runs_there(
    outcome: str, failure: str | None, way_back: str | None, verdict: str, changes_current: bool
) -> None:
    log = Settling()
    failures: dict[str, Any] = {
        name: lambda_error(kind, "why") for name, kind in (("failure", failure), ("way_back_failure", way_back)) if kind
    }
    assert ledger.settle(a_stop(log, outcome=outcome, **failures)).verdict == verdict
    assert (log.settled[3] is not None) is changes_current
    assert log.settled[4]["verdict"] == verdict


def test_without_the_lock_a_stop_is_noted_and_nothing_is_unlocked() -> None:
    log = Settling()
    ledger.settle(a_stop(log, token=0, outcome="untouched", failure=lambda_error("TargetLocked", "held")))
    assert log.settled == ()
    assert log.known["cell-1"]["verdict"] == "error"


@pytest.mark.parametrize("running", [None, "a-newer-release"])
def test_a_release_that_lost_its_claim_does_not_begin(table: Any, log: ReleaseStore, running: str | None) -> None:
    if running:
        claim = {"pk": f"SERVICE#{SERVICE}", "sk": "RUNNING", "release_id": running}
        table.put_item(TableName="releases", Item={name: {"S": value} for name, value in claim.items()})
    with pytest.raises(ReleaseEnded):
        ledger.open_release(log, a_release(), {"execution": "arn:mine"})
