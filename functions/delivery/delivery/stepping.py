"""What every step of a release has around it: a record of it in the release log, one log line, one kind of error."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError
from milkrun_core.errors import InvalidRequest, MilkrunError, Unavailable
from milkrun_core.logs import module_logger

from delivery.domain.plan import Release, Target
from delivery.errors import translate
from delivery.store import ReleaseStore
from delivery.wiring import store

logger = module_logger()


@dataclass(frozen=True)
class Stop:
    """What a step works on: one release, in one target, under the lock that the execution holds."""

    store: ReleaseStore
    release: Release
    target: Target
    token: int
    event: Mapping[str, Any]

    def still_ours(self) -> None:
        """Prolong the lease; raises LeaseLost before a write that is no longer ours to make."""
        self.store.renew_lock(self.release.service, self.target.name, self.token, self.release.lease_seconds)


@dataclass(frozen=True)
class Outcome:
    """What a step hands to the machine, and the words that it leaves in the release log."""

    detail: str
    result: Mapping[str, Any]
    verdict: str = "pass"


class UnknownStep(InvalidRequest):
    """The machine asks for a step that this function does not have."""


Step = Callable[[Stop], Outcome]


def run_step(steps: Mapping[str, Step], event: Mapping[str, Any]) -> Mapping[str, Any]:
    """Run the step that the machine asks for, and write down how it went.

    ``event``: ``step``, ``release_id``, ``target``, ``token``; ``log_as`` names the step in the release log where
    one step serves the way there and the way back.
    """
    name = event["step"]
    if name not in steps:
        raise UnknownStep(f"there is no step {name!r} in this function; it has {', '.join(steps)}")
    keys = (event["release_id"], event["target"], event.get("log_as", name))
    try:
        log = store()
        log.begin_step(*keys)
        outcome = _guarded(steps[name], _stop(log, event), keys)
        log.end_step(*keys, outcome.verdict, outcome.detail)
    except (ClientError, BotoCoreError) as error:
        raise translate(error) from error
    facts = {"release_id": keys[0], "target": keys[1], "step": keys[2], "verdict": outcome.verdict}
    logger.info("step taken", extra={**facts, "detail": outcome.detail})
    return outcome.result


def _stop(log: ReleaseStore, event: Mapping[str, Any]) -> Stop:
    release = log.release(event["release_id"])
    return Stop(log, release, release.target(event["target"]), int(event.get("token", 0)), event)


def _guarded(step: Step, stop: Stop, keys: tuple[str, str, str]) -> Outcome:
    try:
        try:
            return step(stop)
        except (ClientError, BotoCoreError) as error:
            raise translate(error) from error
    except Unavailable as error:
        logger.warning("step interrupted", extra={"step": keys[2], "target": keys[1], "reason": error.message})
        raise  # it is tried again: not an outcome
    except MilkrunError as error:
        stop.store.end_step(*keys, "fail", error.message)
        facts = {"release_id": keys[0], "target": keys[1], "step": keys[2], "error": error.code}
        logger.warning("step failed", extra={**facts, "reason": error.message})
        raise
