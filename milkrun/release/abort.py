"""Ends a release at once. The janitor then frees its locks and writes down that it was aborted."""

from milkrun.environment import Environment
from milkrun.release.delivery import Delivery
from milkrun.release.errors import NoSuchRelease
from milkrun.release.history import show


def abort(environment: Environment, release_id: str, why: str) -> bool:
    """Stop the release's machine; False if it had its verdict already.

    The target that it is in stays as it is: nothing is rolled back. Raises NoSuchRelease.
    """
    delivery = Delivery(environment)
    if show(delivery, release_id).verdict:
        return False
    machines = delivery.machines
    try:
        machines.stop_execution(executionArn=delivery.execution(release_id), error="Aborted", cause=why)
    except machines.exceptions.ExecutionDoesNotExist as error:
        raise NoSuchRelease(f"release {release_id} was frozen but never started: start it again") from error
    return True
