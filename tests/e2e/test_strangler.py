"""`milkrun demo-strangler`: an old service replaced under load, and nobody notices."""

from typing import Any

import pytest

from tests.e2e.conftest import FleetUnderTest


@pytest.fixture(scope="module")
def seen(fleet: FleetUnderTest) -> dict[str, Any]:
    demo = fleet.milkrun("demo-strangler", "--json")
    assert demo.code == 0, demo.err
    found: dict[str, Any] = demo.data
    return found


def test_no_request_fails_and_every_rating_is_the_known_one(seen: dict[str, Any]) -> None:
    assert seen["verdict"] == "pass"
    assert [(phase["failed"], phase["served"] > 20) for phase in seen["phases"]] == [(0, True)] * 3


def test_the_old_service_is_asked_before_and_never_after(seen: dict[str, Any]) -> None:
    before, _, after = seen["phases"]
    assert before["asked_of_old"] > 0
    assert after["asked_of_old"] == 0
