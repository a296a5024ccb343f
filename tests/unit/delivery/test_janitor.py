"""What the janitor does after a dead execution, and that doing it twice changes nothing."""

import json
from typing import Any

import pytest
from delivery import janitor
from delivery.store import ReleaseStore

from tests.support.delivery import RELEASE_ID, SERVICE, a_record

CHILD = "arn:aws:states:us-east-1:111111111111:execution:delivery-deploy-target:child"
PARENT = "arn:aws:states:us-east-1:111111111111:execution:delivery-release:parent"


@pytest.fixture
def half_way(table: Any, log: ReleaseStore, monkeypatch: pytest.MonkeyPatch) -> ReleaseStore:
    """A release that has passed preprod and is in the middle of cell-1; its child has ended by itself."""
    monkeypatch.setattr(janitor, "is_running", lambda _: False)
    item = {"pk": f"RELEASE#{RELEASE_ID}", "sk": "RELEASE", "tuple": json.dumps(a_record()), "state": "running"}
    table.put_item(TableName="releases", Item={name: {"S": value} for name, value in item.items()})
    log.note_stop(RELEASE_ID, "preprod", {"verdict": "pass", "execution": "arn:earlier"})
    log.note_stop(RELEASE_ID, "cell-1", {"execution": CHILD})
    assert log.take_lock(SERVICE, "cell-1", CHILD, 900, from_owner=None) == 1
    return log


def test_a_dead_stop_loses_its_lease_and_is_reported(half_way: ReleaseStore) -> None:
    janitor.clean_up(half_way, {"release_id": RELEASE_ID, "target": "cell-1"}, CHILD, "ABORTED")
    assert half_way.lock(SERVICE, "cell-1") is None
    stop = half_way.stops(RELEASE_ID)["cell-1"]
    assert (stop["verdict"], stop["error"]) == ("error", "ExecutionDied")
    assert "was aborted" in stop["why"]


def test_a_dead_release_is_closed_with_everything_that_it_left_open(half_way: ReleaseStore) -> None:
    janitor.clean_up(half_way, {"release_id": RELEASE_ID}, PARENT, "TIMED_OUT")
    assert half_way.verdict(RELEASE_ID) == "error"
    assert half_way.lock(SERVICE, "cell-1") is None
    assert {name: stop["verdict"] for name, stop in half_way.stops(RELEASE_ID).items()} == {
        "preprod": "pass",
        "cell-1": "error",
    }


def test_cleaning_up_twice_changes_nothing(half_way: ReleaseStore) -> None:
    janitor.clean_up(half_way, {"release_id": RELEASE_ID}, PARENT, "ABORTED")
    before = half_way.stops(RELEASE_ID)
    janitor.clean_up(half_way, {"release_id": RELEASE_ID, "target": "cell-1"}, CHILD, "ABORTED")
    janitor.clean_up(half_way, {"release_id": RELEASE_ID}, PARENT, "ABORTED")
    assert half_way.stops(RELEASE_ID) == before


def test_a_stop_that_settled_itself_keeps_its_verdict_and_a_newer_lock_its_owner(half_way: ReleaseStore) -> None:
    half_way.note_stop(RELEASE_ID, "cell-1", {"verdict": "fail"})
    half_way.take_lock(SERVICE, "cell-1", "arn:newer", 900, from_owner=CHILD)
    janitor.clean_up(half_way, {"release_id": RELEASE_ID, "target": "cell-1"}, CHILD, "FAILED")
    assert half_way.stops(RELEASE_ID)["cell-1"]["verdict"] == "fail"
    held = half_way.lock(SERVICE, "cell-1")
    assert held is not None
    assert held.owner == "arn:newer"
