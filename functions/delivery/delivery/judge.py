"""Step function that only looks: runs a stack's smoke test in its target, and watches its health afterwards."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from delivery.aws import TargetAccount, target_account
from delivery.clock import now
from delivery.domain.judge import Look, Verdict, judge, needs_top_up, window_start
from delivery.domain.pace import BAKE_SLOWING, pause
from delivery.errors import NoSmokeTest, NotEnoughEvidence, SmokeTestFailed, Unhealthy
from delivery.metrics import fronts, signals
from delivery.stack import Stack, alarms_in_alarm
from delivery.stepping import Outcome, Stop, run_step

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext

SMOKE_OUTPUT = "SmokeFunctionName"
# Synthetic transactions between two looks: few enough that a look stays short.
TOP_UP_RUNS = 5
TOP_UP_SECONDS = 15.0


def smoke(stop: Stop) -> Outcome:
    """Run the stack's own synthetic transaction where it runs. Raises SmokeTestFailed naming the failed checks."""
    if stop.event["plan"]["gone"]:
        return Outcome("nothing runs there", {})
    account = target_account(stop.release, stop.target, read_only=True)
    checks = _transact(stop, account, Stack(account, stop.release.stack))
    return Outcome(f"{len(checks)} checks passed", {"checks": len(checks)})


def _transact(stop: Stop, account: TargetAccount, stack: Stack) -> list[Any]:
    name = stack.outputs().get(SMOKE_OUTPUT)
    if name is None:
        raise NoSmokeTest(f"stack {stack.name} has no output {SMOKE_OUTPUT}: give its template a smoke function")
    payload = json.dumps({"release": stop.release.release_id, "target": stop.target.name})
    answer = account.client("lambda").invoke(FunctionName=name, Payload=payload.encode())
    return _checks("FunctionError" in answer, answer["Payload"].read().decode())


def _checks(failed: bool, body: str) -> list[Any]:
    try:
        said = json.loads(body)
    except ValueError:
        said = None
    if not isinstance(said, dict):
        raise SmokeTestFailed(f"the smoke function answered {body[:200]!r} instead of an object with ok and checks")
    if failed:
        raise SmokeTestFailed(f"{said.get('errorType', 'Error')}: {said.get('errorMessage', body[:200])}")
    checks = said.get("checks") or []
    wrong = [f"{each.get('name')}: {each.get('detail', '')}" for each in checks if not each.get("ok")]
    if wrong or said.get("ok") is not True or not checks:
        raise SmokeTestFailed("; ".join(wrong) or f"the smoke function answered {body[:200]}, without ok and checks")
    return list(checks)


def health(stop: Stop) -> Outcome:
    """One look at the updated target. Raises Unhealthy or NotEnoughEvidence when that is the verdict."""
    account = target_account(stop.release, stop.target, read_only=True)
    stack = Stack(account, stop.release.stack)
    resources = stack.resources()
    bake = stop.release.wave_of(stop.target.name).bake
    completed = float(stop.event["completed"])
    start, end = window_start(completed, bake.period), now()
    counted = []
    if end > start:
        found = fronts(account, resources, stack.outputs().get(SMOKE_OUTPUT, ""))
        counted = signals(account, found, start, end, bake.period)
    look = judge(bake, max(0.0, end - start), counted, alarms_in_alarm(account, resources))
    stop.still_ours()
    _note(stop, look, end - completed)
    if look.verdict is Verdict.FAIL:
        raise Unhealthy(look.why)
    if look.verdict is Verdict.INCONCLUSIVE:
        raise NotEnoughEvidence(look.why)
    waiting = look.verdict is Verdict.WAITING
    if waiting and needs_top_up(bake, end - start, look.requests):
        _top_up(stop, account, stack)
    wait = pause(stop.release.poll_seconds, end - completed, BAKE_SLOWING)
    return Outcome(look.why, {"baked": not waiting, "wait": wait}, verdict="running" if waiting else "pass")


def _top_up(stop: Stop, account: TargetAccount, stack: Stack) -> None:
    """Make synthetic requests, and say so: the next look counts them with the others. Raises SmokeTestFailed."""
    stop.store.note_stop(stop.release.release_id, stop.target.name, {"topped_up": True})
    enough = now() + TOP_UP_SECONDS
    for _ in range(TOP_UP_RUNS):
        _transact(stop, account, stack)
        if now() > enough:
            return


def _note(stop: Stop, look: Look, seconds: float) -> None:
    facts = {"requests": int(look.requests), "errors": int(look.errors), "watched_seconds": int(seconds)}
    stop.store.note_stop(stop.release.release_id, stop.target.name, facts)


STEPS = {"smoke": smoke, "health": health}


def handler(event: Mapping[str, Any], _: LambdaContext) -> Mapping[str, Any]:
    """Entry point of the steps that judge."""
    return run_step(STEPS, event)
