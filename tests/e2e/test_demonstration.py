"""`milkrun demo`: a good version and a bad one under traffic."""

from typing import Any

import pytest

from tests.e2e.conftest import FleetUnderTest


@pytest.fixture(scope="module")
def acts(fleet: FleetUnderTest) -> list[dict[str, Any]]:
    demo = fleet.milkrun("demo", "--json")
    assert demo.code == 0, demo.err
    found: list[dict[str, Any]] = demo.data
    return found


def test_a_good_version_reaches_every_cell_and_no_request_fails(acts: list[dict[str, Any]]) -> None:
    good = acts[0]

    assert good["verdict"] == "pass"
    assert all(cell["served"] > 50 for cell in good["cells"])
    assert [cell["failed"] for cell in good["cells"]] == [0, 0, 0]


def test_a_bad_version_is_stopped_and_rolled_back_in_the_first_cell_that_shows_it(acts: list[dict[str, Any]]) -> None:
    bad = acts[1]
    first, *others = bad["cells"]

    assert bad["verdict"] != "pass"
    assert first["cell"] == "cell-1"
    assert first["failed"] > 0
    assert first["verdict"] == "fail, rolled back"
    assert [cell["failed"] for cell in others] == [0, 0]
    assert [cell["verdict"] for cell in others] == ["skipped", "skipped"]


def test_the_defect_passes_pre_production(acts: list[dict[str, Any]], fleet: FleetUnderTest) -> None:
    shown = fleet.milkrun("release", "show", acts[1]["release"], "--json").data

    assert [stop["verdict"] for stop in shown["stops"] if stop["target"] == "preprod"] == ["pass"]


def test_every_cell_ends_on_the_good_version(acts: list[dict[str, Any]], fleet: FleetUnderTest) -> None:
    status = fleet.milkrun("status", "--json").data
    releases = {one["target"]: one["release"] for one in status if one["service"] == "fulfillment/pack"}

    assert {releases[cell] for cell in ("cell-1", "cell-2", "cell-3")} == {acts[0]["release"]}


def test_the_history_shows_both_releases(acts: list[dict[str, Any]], fleet: FleetUnderTest) -> None:
    history = fleet.milkrun("release", "history", "fulfillment/pack", "--json").data

    assert [one["release_id"] for one in history[:2]] == [acts[1]["release"], acts[0]["release"]]
