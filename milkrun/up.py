"""Brings up everything: local cloud, baselines, delivery stack, and every service through the release machines."""

import json
from collections.abc import Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass

from milkrun.bootstrap import lay_baseline
from milkrun.catalogue.seed import seed_catalogue
from milkrun.delivery_stack import deploy_delivery
from milkrun.environment import Environment, local_environment
from milkrun.local.cloud import DEFAULT_CLOUD_PORT, DEFAULT_EDGE_PORT, Account
from milkrun.local.instance import cloud_of
from milkrun.progress import Step, Steps
from milkrun.release.build import Artifact, build, load
from milkrun.release.delivery import Delivery
from milkrun.release.errors import NoSuchArtifact
from milkrun.release.history import STEPS, ReleaseView
from milkrun.release.start import running_release, start_release
from milkrun.release.watch import is_current, require_passed, wait_for
from milkrun.seed import seed_boxes
from milkrun.sources import source_digest, stack_sources

BUILDS_AT_ONCE = 2


@dataclass(frozen=True)
class Ports:
    """Where the emulated AWS and the edge listen; 0 takes a free port."""

    cloud: int = DEFAULT_CLOUD_PORT
    edge: int = DEFAULT_EDGE_PORT


def bring_up(environment: Environment, steps: Steps, ports: Ports, *, persist: bool) -> tuple[Environment, list[str]]:
    """Everything that is not there yet, in order.  The environment with its real ports, and the releases started.

    Repeating it changes nothing.  Raises the MilkrunError of the first step that fails; what was done until then is
    done, and the next call goes on from there.
    """
    with steps.step("Local cloud") as step:
        environment = _start_cloud(environment, ports, persist=persist)
        environment.activate()
        step.say(f"{environment.fleet.cloud.endpoint_url}, edge {environment.fleet.port}")
    with steps.step("Baseline of every account") as step:
        laid = lay_baseline(environment)
        step.say(f"{len(environment.fleet.accounts)} accounts, {sum(one.changed for one in laid)} changes")
    with steps.step("Delivery stack") as step:
        step.say("sam build, sam deploy")
        step.say("deployed" if deploy_delivery(environment) else "as it was")
    releases = _release_all(environment, steps)
    with steps.step("Seed data") as step:
        boxes = f"boxes of {seed_boxes(environment.fleet)} FCs"
        step.say(f"{boxes}; the catalogue")
        step.say(f"{boxes}; {seed_catalogue(environment)}")
    return environment, releases


def _start_cloud(environment: Environment, ports: Ports, *, persist: bool) -> Environment:
    cloud = cloud_of(environment)
    status = cloud.status()
    if not (status.condition == "running" and status.healthy):
        cloud.stop()
        accounts = [Account(name, one.id, one.regions) for name, one in environment.fleet.accounts.items()]
        status = cloud.start(cloud_port=ports.cloud, edge_port=ports.edge, persist=persist, accounts=accounts)
    return local_environment(
        environment.root, environment.state_dir, (status.cloud_port or ports.cloud, status.edge_port or ports.edge)
    )


def _release_all(environment: Environment, steps: Steps) -> list[str]:
    """Release every service whose targets do not run what is here, each as soon as those before it have passed."""
    services = environment.fleet.services
    done: dict[str, Future[str | None]] = {}
    with ThreadPoolExecutor(max_workers=BUILDS_AT_ONCE) as builders, ThreadPoolExecutor(len(services)) as releasers:
        built = {service: builders.submit(_artifact, environment, service) for service in services}

        def bring(service: str) -> str | None:
            with steps.step(f"Release {service}") as step:
                step.say("sam build")
                artifact = built[service].result()
                for other in services[service].after:
                    step.say(f"waits for {other}")
                    done[other].result()
                return _release(environment, service, artifact, step)

        for service in _in_order(environment):
            done[service] = releasers.submit(bring, service)
        return [release for future in done.values() if (release := future.result())]


def _in_order(environment: Environment) -> list[str]:
    """Services with those that they wait for in front of them."""
    services = environment.fleet.services
    ordered: dict[str, None] = {}

    def add(service: str) -> None:
        for other in services[service].after:
            add(other)
        ordered.setdefault(service)

    for service in services:
        add(service)
    return list(ordered)


def _release(environment: Environment, service: str, artifact: Artifact, step: Step) -> str | None:
    _wait_for_others(environment, service, step)
    if is_current(environment, service, artifact):
        step.say("as it was")
        return None
    release = start_release(environment, service, artifact.digest, why="make up")
    view = wait_for(environment, release, lambda seen: step.say(where_it_is(seen)))
    require_passed(view)
    step.say(f"{len(view.stops)} stops passed, {release}")
    return release


def _wait_for_others(environment: Environment, service: str, step: Step) -> None:
    """Wait for a release that an earlier, interrupted call has left under way; what became of it is seen afterwards."""
    running = running_release(Delivery(environment), service)
    if running is not None:
        step.say(f"waits for {running}")
        wait_for(environment, running)


def where_it_is(view: ReleaseView) -> str:
    """In a few words, how far a release is."""
    current = next((stop for stop in view.stops if not stop.verdict), None)
    passed = sum(stop.verdict == "pass" for stop in view.stops)
    if current is None:
        return f"{passed} of {len(view.stops)} stops passed"
    running = [step.name for step in current.steps if step.name in STEPS and not step.ended]
    return f"stop {passed + 1} of {len(view.stops)}: {current.target} {running[-1] if running else ''}"


def _artifact(environment: Environment, service: str) -> Artifact:
    """The artifact of the sources as they are: the one built last if they have not changed since, or a new one."""
    note = environment.root / ".milkrun" / "artifacts" / f"{service.replace('/', '-')}.json"
    source = source_digest(environment.root, stack_sources(environment.root, service))
    known: Mapping[str, str] = json.loads(note.read_text()) if note.exists() else {}
    if known.get("source") == source:
        try:
            return load(Delivery(environment), known["artifact"])
        except NoSuchArtifact:
            pass  # built for a cloud that is no more
    artifact = build(environment, service)
    note.parent.mkdir(parents=True, exist_ok=True)
    note.write_text(json.dumps({"source": source, "artifact": artifact.digest}))
    return artifact
