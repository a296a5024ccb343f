"""Step function that changes stacks in targets: makes them ready, plans, deploys, looks, verifies; there and back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from delivery import artifact, changeset, code
from delivery.aws import TargetAccount, target_account
from delivery.clock import now
from delivery.domain.guard import holding_data
from delivery.domain.pace import STACK_SLOWING, pause
from delivery.domain.stack_status import DEPLOYED, SERVING, Situation, is_settled, situation
from delivery.errors import AlarmActive, DeployFailed, NoWayBack, StackNotRecoverable
from delivery.stack import Stack
from delivery.stepping import Outcome, Stop, run_step
from delivery.store import Current

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext

ROLLBACK_TRIES = 2


def _there(stop: Stop) -> tuple[TargetAccount, Stack]:
    account = target_account(stop.release, stop.target)
    return account, Stack(account, stop.release.stack)


def preflight(stop: Stop) -> Outcome:
    """Make sure that this target can take the release: account, artifact, stack, alarms."""
    _, stack = _there(stop)
    artifact.check_complete(
        stop.release.artifact_bucket, artifact.read(stop.release.artifact_bucket, stop.release.artifact)
    )
    outcome = _make_ready(stop, stack, cancels=False)
    if outcome.result["ready"] and stack.status() and (alarms := stack.alarms_in_alarm()):
        return _wait_until_clear(stop, alarms, outcome.result)
    return outcome


def _wait_until_clear(stop: Stop, alarms: list[str], so_far: Mapping[str, Any]) -> Outcome:
    """An alarm that is about to clear by itself needs nobody; one that stays is somebody's work before a release is."""
    waited, named = now() - float(so_far["begun"]), ", ".join(alarms)
    if waited > stop.release.alarm_wait_seconds:
        raise AlarmActive(f"already in ALARM before the deployment, for {waited:.0f} s now: {named}; clear that first")
    stop.still_ours()
    wait = pause(stop.release.poll_seconds, waited, STACK_SLOWING)
    return Outcome(f"waits for {named} to clear", {**so_far, "ready": False, "wait": wait}, verdict="running")


def prepare_back(stop: Stop) -> Outcome:
    """Bring the stack to rest, whatever the failed deployment is doing."""
    return _make_ready(stop, _there(stop)[1], cancels=True)


def _make_ready(stop: Stop, stack: Stack, *, cancels: bool) -> Outcome:
    """One attempt to bring the stack into a state from which it can be changed; the machine comes back until it is."""
    begun = float(stop.event.get("begun") or now())
    tries = int(stop.event.get("tries") or 0)
    status = stack.status()
    now_ = situation(status)
    if now_ in {Situation.READY, Situation.ABSENT}:
        return Outcome(status or "no stack yet", {"ready": True, "wait": 0, "begun": begun, "tries": tries})
    if now_ is Situation.BROKEN or (now_ is Situation.ROLLBACK_STUCK and tries >= ROLLBACK_TRIES):
        raise StackNotRecoverable(f"stack {stack.name} is {status}: a person must look at it ({stack.first_reason()})")
    if now() - begun > stop.release.deploy_seconds:
        raise StackNotRecoverable(f"stack {stack.name} has been {status} for too long: a person must look at it")
    stop.still_ours()
    _mend(stack, now_, token=f"{stop.release.release_id}-{stop.token}-{tries}", cancels=cancels)
    if now_ is Situation.ROLLBACK_STUCK:
        tries += 1
    wait = pause(stop.release.poll_seconds, now() - begun, STACK_SLOWING)
    return Outcome(str(status), {"ready": False, "wait": wait, "begun": begun, "tries": tries}, verdict="running")


def _mend(stack: Stack, now_: Situation, *, token: str, cancels: bool) -> None:
    if now_ is Situation.NEVER_MADE:
        if kept := holding_data(stack.resources()):
            raise StackNotRecoverable(
                f"stack {stack.name} was never made whole and kept {', '.join(kept)}: "
                "save the data, delete the stack by hand, then release again"
            )
        stack.client.delete_stack(StackName=stack.name, ClientRequestToken=token)
    elif now_ is Situation.ROLLBACK_STUCK:
        # Never with ResourcesToSkip: that leaves a stack that is not what its template says.
        stack.client.continue_update_rollback(StackName=stack.name, ClientRequestToken=token)
    elif now_ is Situation.HALF_DONE:
        stack.client.rollback_stack(StackName=stack.name, ClientRequestToken=token)
    elif now_ is Situation.UPDATING and cancels:
        stack.client.cancel_update_stack(StackName=stack.name, ClientRequestToken=token)


def plan(stop: Stop) -> Outcome:
    """Bring the artifact into the target and make the change set that leads to it."""
    parameters = dict(stop.target.parameters)
    return _plan(stop, Current(stop.release.artifact, stop.release.release_id, parameters), way_back=False)


def plan_back(stop: Stop) -> Outcome:
    """Make the change set back to the whole previous tuple; without one, remove a stack that holds no data."""
    _, stack = _there(stop)
    previous = stop.store.current(stop.release.service, stop.target.name)
    if previous is not None:
        return _plan(stop, previous, way_back=True)
    if situation(stack.status()) is Situation.ABSENT:
        return Outcome("there was nothing before, and there is nothing now", {"changed": False, "gone": True})
    if kept := holding_data(stack.resources()):
        raise NoWayBack(
            f"this was the first release into {stop.target.name}, and {stack.name} holds {', '.join(kept)}: "
            "release a mended version, or save the data and delete the stack by hand"
        )
    return Outcome("the stack goes: there was none before", {"changed": True, "gone": True})


def _plan(stop: Stop, wanted: Current, *, way_back: bool) -> Outcome:
    account, stack = _there(stop)
    stop.still_ours()
    brought = artifact.read(stop.release.artifact_bucket, wanted.artifact)
    copied = artifact.bring(stop.release.artifact_bucket, brought, account)
    tags = {"owner": stop.release.owner, "service": stop.release.service, "release": wanted.release_id}
    # The fencing token makes the name one of this attempt: never another attempt's change set by mistake.
    name = f"{stop.release.release_id}-{'back' if way_back else 'on'}-{stop.token}"
    made = changeset.plan(
        stack,
        name,
        changeset.Wanted(artifact.template_url(account, brought), wanted.parameters, tags),
        creates=situation(stack.status()) is Situation.ABSENT,
        way_back=way_back,
    )
    if made is None:
        return Outcome("nothing to change", {"changed": False, "gone": False})
    return Outcome(
        f"{made.changes} changes, {copied} objects copied", {"changed": True, "gone": False, "change_set": made.name}
    )


def execute(stop: Stop) -> Outcome:
    """Start the change, under a lease that was just renewed."""
    _, stack = _there(stop)
    stop.still_ours()
    planned = stop.event["plan"]
    token = f"{stop.release.release_id}-{stop.token}-{'gone' if planned['gone'] else 'go'}"
    if planned["gone"]:
        stack.client.delete_stack(StackName=stack.name, ClientRequestToken=token)
    else:
        changeset.execute(stack, planned["change_set"], token)
    return Outcome("begun", {"begun": now()}, verdict="running")


def look(stop: Stop) -> Outcome:
    """Look whether CloudFormation has finished. Raises DeployFailed if it ended elsewhere than intended."""
    _, stack = _there(stop)
    status = stack.status()
    began = float(stop.event["begun"])
    wanted = {None, "DELETE_COMPLETE"} if stop.event["plan"]["gone"] else DEPLOYED | SERVING
    if status in wanted:
        detail = f"{status or 'gone'} after {now() - began:.1f} s"
        return Outcome(detail, {"settled": True, "wait": 0, "completed": now()})
    if is_settled(status):
        raise DeployFailed(f"stack {stack.name} is {status}: {stack.first_reason()}")
    if now() - began > stop.release.deploy_seconds:
        raise DeployFailed(f"stack {stack.name} is still {status} after {stop.release.deploy_seconds:g} s")
    stop.still_ours()
    wait = pause(stop.release.poll_seconds, now() - began, STACK_SLOWING)
    return Outcome(str(status), {"settled": False, "wait": wait}, verdict="running")


def verify(stop: Stop) -> Outcome:
    """See what code really runs there, and whether this was the first version."""
    _, stack = _there(stop)
    if stop.event["plan"]["gone"]:
        if situation(status := stack.status()) is not Situation.ABSENT:
            raise DeployFailed(f"stack {stack.name} should be gone, but is {status}")
        return Outcome("nothing runs there, as before", {"first": True})
    count = code.verify(stack)
    first = stop.store.current(stop.release.service, stop.target.name) is None
    return Outcome(f"{count} functions run this code", {"first": first})


STEPS = {
    "preflight": preflight,
    "prepare_back": prepare_back,
    "plan": plan,
    "plan_back": plan_back,
    "execute": execute,
    "look": look,
    "verify": verify,
}


def handler(event: Mapping[str, Any], _: LambdaContext) -> Mapping[str, Any]:
    """Entry point of every step that may change a stack."""
    return run_step(STEPS, event)
