"""Follows a release until it has its verdict, and says which services need no release at all."""

import time
from collections.abc import Callable

from milkrun.environment import Environment
from milkrun.errors import CloudUnavailable
from milkrun.release.build import Artifact
from milkrun.release.delivery import Delivery
from milkrun.release.errors import ReleaseNotPassed
from milkrun.release.history import ReleaseView, current_artifact, show
from milkrun.release.start import freeze

LOOK_SECONDS = 0.5
# Between the end of the machine and the verdict in the log lies the janitor's work.
PATIENCE_SECONDS = 30.0
_CHECK_MACHINE_SECONDS = 5.0


def wait_for(
    environment: Environment,
    release_id: str,
    on_change: Callable[[ReleaseView], None] | None = None,
    timeout: float | None = None,
) -> ReleaseView:
    """Wait for the release's verdict, telling ``on_change`` whenever its log has changed; safe in several threads.

    Raises CloudUnavailable when the machine has died without one, or after ``timeout`` seconds.
    """
    delivery = Delivery(environment)
    patience = _Patience(delivery, release_id, timeout)
    seen: ReleaseView | None = None
    while True:
        view = show(delivery, release_id)
        if view != seen and on_change is not None:
            on_change(view)
        seen = view
        if view.verdict:
            return view
        patience.wears()
        time.sleep(LOOK_SECONDS)


class _Patience:
    """Ends the waiting for a verdict that will not come."""

    def __init__(self, delivery: Delivery, release_id: str, timeout: float | None) -> None:
        self._delivery, self._release_id, self._timeout = delivery, release_id, timeout
        self._begun = self._checked = time.monotonic()
        self._dead_since: float | None = None

    def wears(self) -> None:
        """Raises CloudUnavailable when the time is over, or the machine has been dead for a while."""
        now = time.monotonic()
        if self._timeout is not None and now - self._begun > self._timeout:
            raise CloudUnavailable(
                f"release {self._release_id} has no verdict after {self._timeout:.0f} s; it may still go on"
            )
        if now - self._checked > _CHECK_MACHINE_SECONDS:
            self._checked = now
            self._dead_since = None if _is_running(self._delivery, self._release_id) else self._dead_since or now
        if self._dead_since is not None and now - self._dead_since > PATIENCE_SECONDS:
            raise CloudUnavailable(
                f"release {self._release_id} died: its machine has ended without a verdict; start it again"
            )


def require_passed(view: ReleaseView) -> None:
    """Raises ReleaseNotPassed saying where the release stopped, why, and whether that target is back."""
    if view.verdict == "pass":
        return
    stopped = next((stop for stop in view.stops if stop.verdict not in {"pass", "skipped"}), None)
    back = ""
    if stopped is not None and stopped.way_back:
        back = " and went back" if stopped.way_back == "pass" else f", and is NOT back: {stopped.way_back}"
    where = f" at {stopped.target}{back}" if stopped else ""
    raise ReleaseNotPassed(f"release {view.release_id} stopped{where} ({view.verdict}): {view.why}")


def is_current(environment: Environment, service: str, artifact: Artifact) -> bool:
    """Whether every target of the service runs this artifact with the parameters that fleet.yaml gives it now."""
    delivery = Delivery(environment)
    wanted = freeze(environment.fleet, service, artifact, release_id="")
    for wave in wanted["waves"]:
        for target in wave["targets"]:
            running = current_artifact(delivery, service, target["name"])
            if running is None or running[0] != artifact.digest:
                return False
            if _without_release(running[1]) != _without_release(target["parameters"]):
                return False
    return True


def _without_release(parameters: dict[str, str]) -> dict[str, str]:
    return {name: value for name, value in parameters.items() if name != "Release"}


def _is_running(delivery: Delivery, release_id: str) -> bool:
    machines = delivery.machines
    try:
        found = machines.describe_execution(executionArn=delivery.execution(release_id))
    except machines.exceptions.ExecutionDoesNotExist:
        return False
    return found["status"] == "RUNNING"
