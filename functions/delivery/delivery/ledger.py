"""Step function that only writes things down: opens and closes releases, holds the locks, settles the stops.

It has no way into any target's account.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from botocore.exceptions import BotoCoreError, ClientError

from delivery.aws import own
from delivery.clock import as_text, now
from delivery.domain.plan import Release
from delivery.errors import ReleaseEnded, TargetLocked, translate
from delivery.failure import Failure, failure_of
from delivery.stepping import Outcome, Stop, logger, run_step
from delivery.store import Current, ReleaseStore
from delivery.wiring import store

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext


def open_release(log: ReleaseStore, release: Release, event: Mapping[str, Any]) -> Mapping[str, Any]:
    """Begin, or begin again after an interruption: the answer is the first wave."""
    if verdict := log.verdict(release.release_id):
        raise ReleaseEnded(f"release {release.release_id} has ended ({verdict}): start a new one")
    if (running := log.running(release.service)) != release.release_id:
        raise ReleaseEnded(f"release {running} of {release.service} has taken the place of {release.release_id}")
    log.open_release(release.release_id, event["execution"])
    return _go_on(release, 0)


def close_wave(log: ReleaseStore, release: Release, event: Mapping[str, Any]) -> Mapping[str, Any]:
    """The next wave, if every target of this one has passed and is in the log as passed."""
    wave = release.waves[int(event["number"])]
    stops = log.stops(release.release_id)
    if all(stops.get(target.name, {}).get("verdict") == "pass" for target in wave.targets):
        return _go_on(release, int(event["number"]) + 1)
    return {"go_on": False}


def close_release(log: ReleaseStore, release: Release, event: Mapping[str, Any]) -> Mapping[str, Any]:
    """Give the release its verdict from what the log says of its stops, never from what the machine believes."""
    stops = log.stops(release.release_id)
    verdict, why = verdict_of(release, stops, failure_of(event.get("failure")))
    log.close_release(release, verdict, why)
    logger.info("release ended", extra={"release_id": release.release_id, "verdict": verdict, "why": why})
    return {"verdict": verdict, "why": why}


def verdict_of(release: Release, stops: Mapping[str, Mapping[str, Any]], failure: Failure | None) -> tuple[str, str]:
    """The verdict of the whole: that of the first stop that did not pass."""
    if failure is not None:
        return failure.verdict, f"{failure.error}: {failure.why}"
    for wave in release.waves:
        for target in wave.targets:
            stop = stops.get(target.name)
            if stop is None or stop.get("verdict") is None:
                return "error", f"{target.name} was never settled"
            if stop["verdict"] != "pass":
                return str(stop["verdict"]), f"{target.name}: {stop.get('why', '')}"
    targets = sum(len(wave.targets) for wave in release.waves)
    return "pass", f"healthy in {targets} of {targets} targets"


def _go_on(release: Release, number: int) -> Mapping[str, Any]:
    if number >= len(release.waves):
        return {"go_on": False}
    wave = release.waves[number]
    stops = [
        {"release_id": release.release_id, "target": target.name, "name": f"{release.release_id}_{target.name}"}
        for target in wave.targets
    ]
    return {"go_on": True, "wave": {"number": number, "at_once": wave.at_once, "stops": stops}}


def lock(stop: Stop) -> Outcome:
    """Take the stack's lock in this target, also from an execution that died with it.

    An expired lease alone frees nothing: a slow owner still writes. Raises TargetLocked while the owner runs.
    """
    owner, service, target = stop.event["execution"], stop.release.service, stop.target.name
    stop.store.note_stop(stop.release.release_id, target, {"execution": owner, "started": as_text(now())})
    held = stop.store.lock(service, target)
    stolen_from = None
    if held is not None and held.owner != owner:
        if held.expires > now() or is_running(held.owner):
            raise TargetLocked(f"{service} in {target} is being changed by {held.owner}: wait until that has ended")
        stolen_from = held.owner
    token = stop.store.take_lock(service, target, owner, stop.release.lease_seconds, from_owner=stolen_from)
    if token is None:
        raise TargetLocked(f"somebody else took the lock of {service} in {target} just now: start the release again")
    return Outcome(f"token {token}", {"token": token})


def is_running(execution: str) -> bool:
    """Whether the execution of that ARN is alive."""
    client = own("stepfunctions")
    try:
        return bool(client.describe_execution(executionArn=execution)["status"] == "RUNNING")
    except client.exceptions.ExecutionDoesNotExist:
        return False


def settle(stop: Stop) -> Outcome:
    """Write the stop's verdict and what runs there now, and give the lock back, all or nothing."""
    failure = failure_of(stop.event.get("failure"))
    way_back = failure_of(stop.event.get("way_back_failure"))
    facts, detail = _facts(stop.event["outcome"], failure, way_back)
    current = None
    if stop.event["outcome"] == "passed":
        parameters = dict(stop.target.parameters)
        current = Current(stop.release.artifact, stop.release.release_id, parameters)
    if stop.token:
        stop.store.settle(stop.release, stop.target.name, stop.token, current, facts)
    else:
        stop.store.note_stop(stop.release.release_id, stop.target.name, facts)
    return Outcome(detail, {"target": stop.target.name, "verdict": facts["verdict"]}, verdict=facts["verdict"])


def _facts(outcome: str, failure: Failure | None, way_back: Failure | None) -> tuple[dict[str, Any], str]:
    facts: dict[str, Any] = {"ended": as_text(now()), "outcome": outcome}
    if failure is None:
        return {**facts, "verdict": "pass", "why": "healthy"}, "runs the new version"
    facts |= {"verdict": failure.verdict, "error": failure.error, "why": failure.why}
    if way_back is not None:
        facts |= {"verdict": "error", "way_back": f"{way_back.error}: {way_back.why}"}
        return facts, f"not back on its previous version: {way_back.why}"
    if outcome == "went_back":
        return {**facts, "way_back": "pass"}, "back on its previous version"
    return facts, "nothing was changed"


OF_RELEASES = {"open": open_release, "close_wave": close_wave, "close": close_release}
OF_STOPS = {"lock": lock, "settle": settle}


def handler(event: Mapping[str, Any], _: LambdaContext) -> Mapping[str, Any]:
    """Entry point of the machines' bookkeeping."""
    if event["step"] not in OF_RELEASES:
        return run_step(OF_STOPS, event)
    try:
        log = store()
        return OF_RELEASES[event["step"]](log, log.release(event["release_id"]), event)
    except (ClientError, BotoCoreError) as error:
        raise translate(error) from error
