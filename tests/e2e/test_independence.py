"""Every part of the catalogue ships when its team likes, while all others serve; a bad schema stops its own release."""

import itertools
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from milkrun.demo.changes import Change, scratch_copy
from milkrun.demo.strangler import gateway_url, ratings_load
from milkrun.demo.traffic import Answer, Traffic
from milkrun.release.build import build
from milkrun.release.delivery import Delivery
from milkrun.release.history import ReleaseView, current_artifact
from milkrun.release.start import start_release
from milkrun.release.watch import wait_for
from tests.e2e.conftest import ROOT, FleetUnderTest
from tests.support.aws import eventually

PARTS = ("imdb/people", "imdb/titles", "imdb/images", "imdb/awards", "imdb/gateway", "imdb/web")
RATINGS = "imdb/ratings"
SCHEMA = "functions/imdb/ratings/schema.graphql"
PER_SECOND = 10.0
DOES_NOT_COMPOSE = Change(
    SCHEMA,
    'type Title @key(fields: "id") {',
    'type Title @key(fields: "id") {\n  titleText: Int',
    "a field that another graphlet owns",
)
BREAKS_CLIENTS = Change(SCHEMA, "votes: Int!", "ballots: Int!", "another name for a field that clients ask for")


@pytest.fixture
def traffic(fleet: FleetUnderTest) -> Traffic:
    """Questions that need the gateway and two graphlets, every answer compared with the known one."""
    return asking(fleet, "imdb")


def asking(fleet: FleetUnderTest, target: str) -> Traffic:
    known = fleet.environment.fleet
    return Traffic((ratings_load(gateway_url(known, known.targets(target)[0])),), PER_SECOND)


def ship(fleet: FleetUnderTest, service: str, artifact: str | None = None) -> ReleaseView:
    running = current_artifact(Delivery(fleet.environment), service, "imdb")
    assert running is not None
    release = start_release(fleet.environment, service, artifact or running[0], why="test of independence")
    return wait_for(fleet.environment, release)


def failures(answers: tuple[Answer, ...]) -> list[str]:
    assert len(answers) > 20
    return [one.problem for one in answers if not one.ok]


def test_all_parts_are_released_at_once_and_no_request_fails(fleet: FleetUnderTest, traffic: Traffic) -> None:
    with traffic.running(), ThreadPoolExecutor(len(PARTS)) as teams:
        views = list(teams.map(ship, itertools.repeat(fleet), PARTS))
    assert [(view.service, view.verdict, view.why) for view in views if view.verdict != "pass"] == []
    assert failures(traffic.answers) == []


def test_a_schema_that_does_not_compose_stops_its_release_and_nobody_sees_it(
    fleet: FleetUnderTest, traffic: Traffic, tmp_path: Path
) -> None:
    artifact = build(fleet.environment, RATINGS, scratch_copy(ROOT, tmp_path, DOES_NOT_COMPOSE)).digest
    with traffic.running():
        view = ship(fleet, RATINGS, artifact)
    stopped, spared = view.stop("preprod"), view.stop("imdb")
    assert (stopped.verdict, stopped.way_back, spared.verdict) == ("fail", "pass", "skipped")
    assert "INVALID_FIELD_SHARING" in view.why or "FIELD_TYPE_MISMATCH" in view.why
    assert failures(traffic.answers) == []


def test_a_schema_that_would_break_a_live_client_stops_its_release(
    fleet: FleetUnderTest, traffic: Traffic, tmp_path: Path
) -> None:
    copy = scratch_copy(ROOT, tmp_path, BREAKS_CLIENTS)

    def is_recorded() -> bool:
        return fleet.milkrun("schema", "check", "ratings", str(copy / SCHEMA), "--target", "preprod").code == 1

    with traffic.running(), asking(fleet, "preprod").running():
        eventually(is_recorded, seconds=60, what="the clients' operations in the registry")
        view = ship(fleet, RATINGS, build(fleet.environment, RATINGS, copy).digest)
    assert view.verdict != "pass"
    assert "Rating.votes" in view.why
    assert failures(traffic.answers) == []
