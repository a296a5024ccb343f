"""The schema registry as an operator reaches it: its bucket in one target, with the operator's own rights.

docs/modules/imdb-registry.md says what lies where.  Everything here only reads, but ``roll_back`` (one conditional
write of the current state), ``check`` (which asks the registry a question) and ``approve``.
"""

import json
import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from botocore.exceptions import ClientError

from milkrun.accounts import CLIENT_CONFIG, session
from milkrun.environment import Environment
from milkrun.errors import FleetInvalid, MilkrunError
from milkrun.fleet import Target

SERVICE = "imdb/registry"
CURRENT = "state/current.json"
APPROVALS = "policy/approvals.json"
VERDICT_SECONDS = 60.0
POLL_SECONDS = 0.25
READERS = 8
MISSING = ("NoSuchKey", "404", "NotFound")
LOST = ("PreconditionFailed", "ConditionalRequestConflict")

type State = dict[str, Any]


class RegistryNotDeployed(MilkrunError):
    """The target has no registry, or none that anything was ever published to."""

    exit_code = 3


class NoSuchVersion(MilkrunError):
    """There is no such generation, or no such graphlet in it."""

    exit_code = 2


class RegistryMoved(MilkrunError):
    """The state changed between our look and our write."""


class NoVerdict(MilkrunError):
    """The registry did not answer."""

    exit_code = 3


def target_of(environment: Environment, name: str) -> Target:
    """The registry's target of that name.  Raises FleetInvalid with the names there are."""
    targets = {target.name: target for wave in environment.fleet.stops(SERVICE) for target in wave.targets}
    if name not in targets:
        raise FleetInvalid(f"{SERVICE} is not released to {name!r}; it is to: {', '.join(targets)}")
    return targets[name]


def rolled_back(current: State, old: State, at: datetime, why: str) -> State:
    """The next state: schemas and supergraph of an old one.  Numbers of versions go on from where they are."""
    return {
        "generation": current["generation"] + 1,
        "at": at.isoformat(),
        "why": f"roll back to {old['generation']}: {why}",
        "supergraph": old["supergraph"],
        "graphlets": old["graphlets"],
        "staged": {},
        "versions": current["versions"],
    }


class Registry:
    """The registry of one target."""

    def __init__(self, environment: Environment, target: str) -> None:
        found = target_of(environment, target)
        opened = session(environment.fleet, found.account, found.region)
        self.target = target
        self._s3 = opened.client("s3", config=CLIENT_CONFIG)
        self._bucket = f"imdb-registry-{found.account_id}-{found.region}"

    def current(self) -> State:
        """The current state.  Raises RegistryNotDeployed."""
        return self._current()[0]

    def generation(self, number: int) -> State:
        """A state that was current once.  Raises NoSuchVersion."""
        found = self._find(_history(number))
        if found is None:
            raise NoSuchVersion(f"there was no generation {number}; `milkrun schema history` lists them")
        state: State = json.loads(found)
        return state

    def history(self, limit: int) -> list[State]:
        """The latest states, newest first."""
        latest = self.current()["generation"]
        with ThreadPoolExecutor(READERS) as pool:
            found = list(pool.map(lambda n: self._find(_history(n)), range(latest, max(0, latest - limit), -1)))
        return [json.loads(body) for body in found if body is not None]

    def text(self, key: str) -> str:
        """A schema or a supergraph by its key."""
        found = self._find(key)
        if found is None:
            raise NoSuchVersion(f"the registry's bucket {self._bucket} has lost {key}")
        return found.decode()

    def supergraph(self, state: State) -> str:
        """The supergraph of a state.  Raises NoSuchVersion where it has none."""
        if state["supergraph"] is None:
            raise NoSuchVersion(f"generation {state['generation']} has no supergraph: nothing was published")
        return self.text(state["supergraph"]["key"])

    def roll_back(self, number: int, why: str) -> State:
        """Make what an old generation had current again, as a new generation, by one conditional write.

        Raises NoSuchVersion, and RegistryMoved when a release was faster.
        """
        before, tag, body = self._current()
        after = rolled_back(before, self.generation(number), datetime.now(UTC), why)
        content = json.dumps(after, indent=2).encode()
        self._keep(_history(before["generation"]), body)
        try:
            self._s3.put_object(Bucket=self._bucket, Key=CURRENT, Body=content, IfMatch=tag)
        except ClientError as error:
            if error.response["Error"]["Code"] in LOST:
                raise RegistryMoved("a release has just changed the state: look again, then decide") from error
            raise
        self._keep(_history(after["generation"]), content)
        return after

    def check(self, graphlet: str, sdl: str) -> dict[str, Any]:
        """The registry's verdict on a schema of the graphlet, at the address it has now.  Raises NoVerdict."""
        known = self._find(CURRENT)
        graphlets: Mapping[str, Any] = json.loads(known)["graphlets"] if known else {}
        url = graphlets[graphlet]["url"] if graphlet in graphlets else f"lambda:imdb-{graphlet}-graphlet"
        it = {"id": f"check-{uuid4()}", "graphlet": graphlet, "phase": "check", "sdl": sdl, "url": url}
        self._put(f"submissions/{graphlet}/{it['id']}.json", json.dumps(it).encode())
        end = time.monotonic() + VERDICT_SECONDS
        while time.monotonic() < end:
            found = self._find(f"verdicts/{graphlet}/{it['id']}.json")
            if found is not None:
                verdict: dict[str, Any] = json.loads(found)
                return verdict
            time.sleep(POLL_SECONDS)
        raise NoVerdict(
            f"no verdict within {VERDICT_SECONDS:g} s: see docs/runbooks/schema.md#a-release-gets-no-verdict"
        )

    def approve(self, approval: Mapping[str, str]) -> int:
        """Allow one breaking change; how many are allowed now."""
        found = self._find(APPROVALS)
        content = json.loads(found) if found else {"approvals": []}
        others = [one for one in content["approvals"] if one["coordinate"] != approval["coordinate"]]
        content["approvals"] = [*others, dict(approval)]
        self._put(APPROVALS, json.dumps(content, indent=2).encode())
        return len(content["approvals"])

    def _current(self) -> tuple[State, str, bytes]:
        try:
            found = self._s3.get_object(Bucket=self._bucket, Key=CURRENT)
        except ClientError as error:
            if error.response["Error"]["Code"] == "NoSuchBucket":
                raise RegistryNotDeployed(f"{self.target} has no registry: release {SERVICE} first") from error
            if error.response["Error"]["Code"] in MISSING:
                raise RegistryNotDeployed(f"nothing was published to the registry of {self.target} yet") from error
            raise
        body = found["Body"].read()
        return json.loads(body), found["ETag"], body

    def _find(self, key: str) -> bytes | None:
        try:
            return self._s3.get_object(Bucket=self._bucket, Key=key)["Body"].read()
        except ClientError as error:
            if error.response["Error"]["Code"] == "NoSuchBucket":
                raise RegistryNotDeployed(f"{self.target} has no registry: release {SERVICE} first") from error
            if error.response["Error"]["Code"] in MISSING:
                return None
            raise

    def _keep(self, key: str, body: bytes) -> None:
        try:
            self._s3.put_object(Bucket=self._bucket, Key=key, Body=body, IfNoneMatch="*")
        except ClientError as error:
            if error.response["Error"]["Code"] not in LOST:
                raise

    def _put(self, key: str, body: bytes) -> None:
        try:
            self._s3.put_object(Bucket=self._bucket, Key=key, Body=body)
        except ClientError as error:
            if error.response["Error"]["Code"] == "NoSuchBucket":
                raise RegistryNotDeployed(f"{self.target} has no registry: release {SERVICE} first") from error
            raise


def _history(generation: int) -> str:
    return f"state/history/{generation:08d}.json"
