"""Builders and fakes of the release machines' tests."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from delivery.domain.plan import Release, release_from_json
from delivery.stepping import Stop
from delivery.store import Current, Lock, ReleaseStore

SERVICE, RELEASE_ID = "fulfillment/pack", "fulfillment-pack-20260301-120000-1a2b"
NUMBERS = {"preprod": "333333333333", "cell-1": "700000000001", "cell-2": "700000000002"}


def a_record(**changes: Any) -> dict[str, Any]:
    """A frozen release into preprod, then cell-1 and cell-2."""
    bake = {"seconds": 60, "min_requests": 100, "max_seconds": 240, "max_error_rate": 0.01, "period": 1}
    waves = [
        {"name": wave, "at_once": len(targets), "bake": bake, "targets": [a_target(name) for name in targets]}
        for wave, targets in (("pre-production", ["preprod"]), ("cells", ["cell-1", "cell-2"]))
    ]
    return {
        "release_id": RELEASE_ID,
        "service": SERVICE,
        "stack": "fulfillment-pack",
        "owner": "packing",
        "artifact": "a" * 64,
        "artifact_bucket": "milkrun-artifacts-111111111111-us-east-1",
        "external_id": "milkrun-release",
        "poll_seconds": 15,
        "deploy_seconds": 1800,
        "alarm_wait_seconds": 900,
        "lease_seconds": 900,
        "waves": waves,
        "who": "test",
        "why": "a test",
        "commit": "",
        "created": "2026-03-01T12:00:00.000Z",
    } | changes


def a_target(name: str) -> dict[str, Any]:
    return {"name": name, "account_id": NUMBERS[name], "region": "us-east-1", "parameters": {"Target": name}}


def a_release(**changes: Any) -> Release:
    return release_from_json(json.dumps(a_record(**changes)))


@dataclass
class FakeLog(ReleaseStore):
    """The release store without a table."""

    known: dict[str, dict[str, Any]] = field(default_factory=dict)
    held: Lock | None = None
    runs: Current | None = None
    renewals: int = 0

    def note_stop(self, release_id: str, target: str, facts: Mapping[str, Any]) -> None:
        assert release_id == RELEASE_ID
        self.known.setdefault(target, {}).update(facts)

    def stops(self, release_id: str) -> dict[str, dict[str, Any]]:
        assert release_id == RELEASE_ID
        return self.known

    def current(self, service: str, target: str) -> Current | None:
        assert service == SERVICE
        assert target in NUMBERS
        return self.runs

    def renew_lock(self, service: str, target: str, token: int, seconds: int) -> None:
        assert service == SERVICE
        assert target in NUMBERS
        assert token > 0
        self.renewals += seconds > 0


def a_stop(log: ReleaseStore, target: str = "cell-1", token: int = 7, **event: Any) -> Stop:
    release = a_release()
    return Stop(log, release, release.target(target), token, event)
