"""The release store over moto: who wins, who loses, and what nobody may overwrite."""

import json
from typing import Any

import pytest
from delivery.errors import LeaseLost, ReleaseNotFound
from delivery.store import Current, ReleaseStore

from tests.support.delivery import RELEASE_ID, SERVICE, a_record, a_release

MINE, THEIRS = "arn:execution:mine", "arn:execution:theirs"


def freeze(table: Any) -> None:
    item = {"pk": f"RELEASE#{RELEASE_ID}", "sk": "RELEASE", "tuple": json.dumps(a_record()), "state": "queued"}
    table.put_item(TableName="releases", Item={name: {"S": value} for name, value in item.items()})


def test_reads_back_what_was_frozen(table: Any, log: ReleaseStore) -> None:
    freeze(table)
    assert log.release(RELEASE_ID) == a_release()


def test_a_release_that_was_never_started_is_not_found(log: ReleaseStore) -> None:
    with pytest.raises(ReleaseNotFound, match="milkrun release history"):
        log.release("nothing")


def test_a_held_lock_is_not_given_away(log: ReleaseStore) -> None:
    assert log.take_lock(SERVICE, "cell-1", MINE, 900, from_owner=None) == 1
    assert log.take_lock(SERVICE, "cell-1", THEIRS, 900, from_owner=None) is None
    held = log.lock(SERVICE, "cell-1")
    assert held is not None
    assert held.owner == MINE


def test_a_stolen_lock_makes_the_old_token_void(log: ReleaseStore) -> None:
    old = log.take_lock(SERVICE, "cell-1", MINE, 900, from_owner=None) or 0
    new = log.take_lock(SERVICE, "cell-1", THEIRS, 900, from_owner=MINE) or 0
    assert new > old
    with pytest.raises(LeaseLost):
        log.renew_lock(SERVICE, "cell-1", old, 900)
    log.renew_lock(SERVICE, "cell-1", new, 900)


def test_of_two_thieves_one_wins(log: ReleaseStore) -> None:
    log.take_lock(SERVICE, "cell-1", "arn:dead", 900, from_owner=None)
    assert log.take_lock(SERVICE, "cell-1", MINE, 900, from_owner="arn:dead") == 2
    assert log.take_lock(SERVICE, "cell-1", THEIRS, 900, from_owner="arn:dead") is None


def test_settling_writes_verdict_and_tuple_and_frees_the_lock(log: ReleaseStore) -> None:
    token = log.take_lock(SERVICE, "cell-1", MINE, 900, from_owner=None) or 0
    current = Current("b" * 64, RELEASE_ID, {"Target": "cell-1"})
    log.settle(a_release(), "cell-1", token, current, {"verdict": "pass"})
    assert log.lock(SERVICE, "cell-1") is None
    assert log.current(SERVICE, "cell-1") == current
    assert log.stops(RELEASE_ID)["cell-1"]["verdict"] == "pass"


def test_a_late_writer_settles_nothing(log: ReleaseStore) -> None:
    late = log.take_lock(SERVICE, "cell-1", MINE, 900, from_owner=None) or 0
    log.take_lock(SERVICE, "cell-1", THEIRS, 900, from_owner=MINE)
    with pytest.raises(LeaseLost):
        log.settle(a_release(), "cell-1", late, Current("b" * 64, RELEASE_ID, {}), {"verdict": "pass"})
    assert log.current(SERVICE, "cell-1") is None
    assert log.stops(RELEASE_ID) == {}


def test_a_release_gets_one_verdict(table: Any, log: ReleaseStore) -> None:
    freeze(table)
    assert log.close_release(a_release(), "pass", "healthy")
    assert not log.close_release(a_release(), "error", "its execution was aborted")
    assert log.verdict(RELEASE_ID) == "pass"


def test_closing_frees_the_service_for_the_next_release_but_not_a_newer_ones_claim(
    table: Any, log: ReleaseStore
) -> None:
    freeze(table)
    claim = {"pk": {"S": f"SERVICE#{SERVICE}"}, "sk": {"S": "RUNNING"}}
    table.put_item(TableName="releases", Item={**claim, "release_id": {"S": "newer"}})
    log.close_release(a_release(), "pass", "healthy")
    assert "Item" in table.get_item(TableName="releases", Key=claim)

    table.put_item(TableName="releases", Item={**claim, "release_id": {"S": RELEASE_ID}})
    log.close_release(a_release(), "pass", "healthy")
    assert "Item" not in table.get_item(TableName="releases", Key=claim)


def test_a_repeated_step_keeps_its_first_beginning(table: Any, log: ReleaseStore) -> None:
    key = {"pk": {"S": f"RELEASE#{RELEASE_ID}"}, "sk": {"S": "STEP#cell-1#plan"}}
    log.begin_step(RELEASE_ID, "cell-1", "plan")
    begun = table.get_item(TableName="releases", Key=key)["Item"]["started"]
    log.end_step(RELEASE_ID, "cell-1", "plan", "fail", "throttled")
    log.begin_step(RELEASE_ID, "cell-1", "plan")
    again = table.get_item(TableName="releases", Key=key)["Item"]
    assert again["started"] == begun
    assert "ended" not in again
