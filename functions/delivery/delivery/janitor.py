"""Cleans up after an execution that died: ends its lease, reports its target, closes its release, stops its children.

A machine that is aborted or times out runs none of its own catches.  The event of its end comes here instead.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from botocore.exceptions import BotoCoreError, ClientError

from delivery.aws import own
from delivery.clock import as_text, now
from delivery.domain.plan import Release
from delivery.errors import translate
from delivery.ledger import is_running
from delivery.stepping import logger
from delivery.store import ReleaseStore
from delivery.wiring import store

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext


def handler(event: Mapping[str, Any], _: LambdaContext) -> None:
    """Entry point: one "Step Functions Execution Status Change" of either machine."""
    detail = event["detail"]
    given = json.loads(detail.get("input") or "{}")
    if "release_id" not in given:
        logger.warning("not an execution of a release", extra={"execution": detail["executionArn"]})
        return
    try:
        clean_up(store(), given, detail["executionArn"], detail["status"])
    except (ClientError, BotoCoreError) as error:
        raise translate(error) from error


def clean_up(log: ReleaseStore, given: Mapping[str, Any], execution: str, status: str) -> None:
    """Settle what the dead execution left open. A second time, or after an orderly end, there is nothing to do."""
    release = log.release(given["release_id"])
    why = f"its execution {'was aborted' if status == 'ABORTED' else status.lower().replace('_', ' ')}"
    if target := given.get("target"):
        _settle_stop(log, release, target, execution, why)
        return
    for name, stop in log.stops(release.release_id).items():
        if stop.get("verdict") is None:
            # Settled here and not only when the child's own end is announced: announcements may be lost.
            _stop_child(release, stop["execution"])
            _settle_stop(log, release, name, stop["execution"], why)
    if log.close_release(release, "error", why):
        logger.warning("release closed by the janitor", extra={"release_id": release.release_id, "why": why})


def _settle_stop(log: ReleaseStore, release: Release, target: str, execution: str, why: str) -> None:
    stop = log.stops(release.release_id).get(target, {})
    facts = {
        "ended": as_text(now()),
        "outcome": "died",
        "verdict": "error",
        "error": "ExecutionDied",
        "why": f"{why}; look at stack {release.stack} there before the next release",
    }
    lock = log.lock(release.service, target)
    if lock is not None and lock.owner == execution:
        log.settle(release, target, lock.token, None, facts)
    elif stop.get("verdict") is None:
        log.note_stop(release.release_id, target, facts)
    else:
        return
    logger.warning("stop settled by the janitor", extra={"release_id": release.release_id, "target": target})


def _stop_child(release: Release, child: str) -> None:
    """Abort a stop that outlives its release."""
    if is_running(child):
        own("stepfunctions").stop_execution(
            executionArn=child, error="ReleaseEnded", cause=f"release {release.release_id} has ended"
        )
