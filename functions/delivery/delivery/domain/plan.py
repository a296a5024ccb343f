"""A release as it was frozen when it was started: what goes where, in which order, and how it is judged."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

from delivery.errors import UnknownTarget


@dataclass(frozen=True)
class Bake:
    """How long, and on how much evidence, a target is watched after it was updated.

    With ``top_up`` the stack's own smoke test makes up the requests that are missing when the time is over.
    """

    seconds: float
    min_requests: int
    max_seconds: float
    max_error_rate: float
    period: int
    top_up: bool = False


@dataclass(frozen=True)
class Target:
    """One account and Region that this release goes to, with the parameters that its stack gets there."""

    name: str
    account_id: str
    region: str
    parameters: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Wave:
    """Targets that are updated together, ``at_once`` of them at a time."""

    name: str
    at_once: int
    bake: Bake
    targets: tuple[Target, ...]


@dataclass(frozen=True)
class Release:
    """The immutable tuple. Nothing in it is looked up again while the release runs."""

    release_id: str
    service: str
    stack: str
    owner: str
    artifact: str
    artifact_bucket: str
    external_id: str
    poll_seconds: float
    deploy_seconds: float
    alarm_wait_seconds: float
    lease_seconds: int
    waves: tuple[Wave, ...]
    who: str
    why: str
    commit: str
    created: str

    def wave_of(self, target: str) -> Wave:
        """The wave that a target belongs to."""
        for wave in self.waves:
            if any(each.name == target for each in wave.targets):
                return wave
        raise UnknownTarget(
            f"release {self.release_id} does not go to {target}; start a release that does", target=target
        )

    def target(self, name: str) -> Target:
        """The target of that name."""
        return next(each for each in self.wave_of(name).targets if each.name == name)


def release_from_json(text: str) -> Release:
    """Read a frozen release back; the writer is ``milkrun release start``."""
    raw: dict[str, Any] = json.loads(text)
    waves = tuple(_wave(each) for each in raw.pop("waves"))
    known = {name: raw[name] for name in Release.__dataclass_fields__ if name != "waves"}
    return Release(waves=waves, **known)


def _wave(raw: dict[str, Any]) -> Wave:
    return Wave(
        name=raw["name"],
        at_once=int(raw["at_once"]),
        bake=Bake(**raw["bake"]),
        targets=tuple(Target(**each) for each in raw["targets"]),
    )
