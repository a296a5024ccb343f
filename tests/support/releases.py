"""The words of the release tests: given a service, when a version of it is released, then this is what runs where."""

import json
import shutil
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from milkrun.accounts import session
from milkrun.environment import Environment
from milkrun.fleet import Fleet
from milkrun.release.build import package, store
from milkrun.release.delivery import Delivery
from milkrun.release.history import ReleaseView, show
from milkrun.release.start import start_release
from milkrun.release.watch import wait_for
from tests.support.aws import eventually

GREETER = Path(__file__).resolve().parents[1] / "data" / "release" / "greeter"
RELEASE_SECONDS = 90
BAKE = {"seconds": 2, "min_requests": 20, "max_seconds": 12, "max_error_rate": 0.05, "period": 1}
PAUSE_SECONDS = 0.04


def environment_with(base: Environment, service: str) -> Environment:
    """The fleet with one service more, released like the cells' services but quickly."""
    raw = base.fleet.model_dump()
    waves = [{"name": "pre-production", "targets": "preprod", "bake": {"seconds": 0, "min_requests": 0}}]
    waves.append({"name": "cells", "targets": "cell"})
    raw["pipelines"]["quick"] = {"waves": waves, "bake": BAKE, "poll_seconds": 1, "alarm_wait_seconds": 60}
    raw["services"][service] = {"owner": "packing", "pipeline": "quick"}
    return Environment(base.root, Fleet.model_validate(raw), base.state_dir)


@dataclass
class Scenario:
    """One service of a test's own, its sources, and its latest release."""

    environment: Environment
    service: str
    sources: Path
    releases: list[ReleaseView] = field(default_factory=list)

    @property
    def stack(self) -> str:
        return self.service.replace("/", "-")

    @property
    def delivery(self) -> Delivery:
        return Delivery(self.environment)

    def client(self, target: str, service: str) -> Any:
        return session(self.environment.fleet, target).client(service)  # type: ignore[call-overload]


class Given:
    """What is there before."""

    def __init__(self, scenario: Scenario) -> None:
        self._scenario = scenario

    def a_service_that_runs_everywhere(self) -> ReleaseView:
        """Its first version, in every target."""
        return self.a_service_that_runs_in()

    def a_service_that_runs_in(self, *targets: str) -> ReleaseView:
        """Its first version, in these targets."""
        view = When(self._scenario).it_is_released(targets=targets)
        assert view.verdict == "pass", view.why
        return view

    def a_pipeline_that_tops_up_thin_traffic(self) -> None:
        """From now on the smoke test makes up for requests that do not come."""
        fleet = self._scenario.environment.fleet.model_dump()
        fleet["pipelines"]["quick"]["bake"]["top_up"] = True
        self._scenario.environment = replace(self._scenario.environment, fleet=Fleet.model_validate(fleet))

    @contextmanager
    def traffic_at(self, *targets: str) -> Iterator[None]:
        """Steady calls of the service in these targets for as long as the block runs."""
        ended = threading.Event()
        threads = [threading.Thread(target=self._call, args=(target, ended)) for target in targets]
        for thread in threads:
            thread.start()
        try:
            yield
        finally:
            ended.set()
            for thread in threads:
                thread.join(timeout=10)

    def _call(self, target: str, ended: threading.Event) -> None:
        client = self._scenario.client(target, "lambda")
        name = f"{self._scenario.stack}-greet"
        while not ended.wait(PAUSE_SECONDS):
            client.invoke(FunctionName=name, Payload=b"{}")


class When:
    """What happens."""

    def __init__(self, scenario: Scenario) -> None:
        self._scenario = scenario

    def its_source_changes(self, file: str, old: str, new: str) -> None:
        """One edit of one file."""
        path = self._scenario.sources / file
        before = path.read_text()
        assert old in before, f"{file} has no {old!r} to replace"
        path.write_text(before.replace(old, new))

    def it_is_built(self) -> str:
        """Its digest."""
        built = package(self._scenario.service, self._scenario.sources / "template.yaml")
        return store(self._scenario.delivery, built, {"commit": "", "dirty": False}).digest

    def it_is_started(
        self, artifact: str | None = None, targets: Sequence[str] = (), release_id: str | None = None
    ) -> str:
        """Its id, new or the given one."""
        digest = artifact or self.it_is_built()
        return start_release(
            self._scenario.environment,
            self._scenario.service,
            digest,
            why="a test",
            who="test",
            targets=targets,
            release_id=release_id,
        )

    def it_is_released(self, artifact: str | None = None, targets: Sequence[str] = ()) -> ReleaseView:
        """Built, started, and watched to its end."""
        return self.it_ends(self.it_is_started(artifact, targets))

    def it_ends(self, release_id: str) -> ReleaseView:
        view = wait_for(self._scenario.environment, release_id, timeout=RELEASE_SECONDS)
        self._scenario.releases.append(view)
        return view

    def its_locks_are_free(self) -> None:
        """Wait until the janitor has been there."""
        eventually(Then(self._scenario).no_lock_is_held, seconds=15, what="the end of the lock")

    def it_reaches(self, release_id: str, reached: Callable[[ReleaseView], bool]) -> None:
        """Wait until the release has come so far."""

        class Reached(Exception):
            pass

        def look(view: ReleaseView) -> None:
            if reached(view):
                raise Reached

        try:
            wait_for(self._scenario.environment, release_id, look, timeout=RELEASE_SECONDS)
        except Reached:
            return
        raise AssertionError(f"the release ended before: {show(self._scenario.delivery, release_id)}")


class Then:
    """What is there afterwards."""

    def __init__(self, scenario: Scenario) -> None:
        self._scenario = scenario

    @property
    def _latest(self) -> ReleaseView:
        return self._scenario.releases[-1]

    def verdicts(self) -> dict[str, str]:
        """By target, in the order of the stops."""
        return {stop.target: stop.verdict for stop in self._latest.stops}

    def verdicts_now(self) -> dict[str, str]:
        """By target, as the log has them by now."""
        view = show(self._scenario.delivery, self._latest.release_id)
        return {stop.target: stop.verdict for stop in view.stops}

    def version_in(self, target: str) -> str:
        """What the service itself answers there."""
        answer = self._scenario.client(target, "lambda").invoke(
            FunctionName=f"{self._scenario.stack}-greet", Payload=b"{}"
        )
        return str(json.loads(answer["Payload"].read())["version"])

    def release_parameter_in(self, target: str) -> str:
        """The release that the stack says it is of."""
        stack = self._scenario.client(target, "cloudformation").describe_stacks(StackName=self._scenario.stack)
        given = {each["ParameterKey"]: each["ParameterValue"] for each in stack["Stacks"][0]["Parameters"]}
        return str(given["Release"])

    def no_lock_is_held(self) -> bool:
        """Whether every target's lock is free."""
        delivery = self._scenario.delivery
        for stop in self._latest.stops:
            key = {"pk": {"S": f"STACK#{self._scenario.service}#{stop.target}"}, "sk": {"S": "LOCK"}}
            item = delivery.dynamodb.get_item(TableName=delivery.table, Key=key).get("Item", {})
            if "owner" in item:
                return False
        return True


def scenario(base: Environment, name: str, folder: Path) -> Scenario:
    """A scenario with a service of its own, so that tests do not meet."""
    sources = folder / "greeter"
    shutil.copytree(GREETER, sources, ignore=shutil.ignore_patterns("__pycache__"))
    service = f"fixture/{name}"
    return Scenario(environment_with(base, service), service, sources)
