"""Starts a release: freezes what goes where into one record, then hands it to the machines."""

import getpass
import json
import secrets
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from botocore.exceptions import ClientError

from milkrun.environment import Environment
from milkrun.fleet import Fleet, Target, Wave
from milkrun.release.build import Artifact, build, load, stack_name
from milkrun.release.delivery import Delivery, artifact_bucket
from milkrun.release.errors import ParametersWrong, ReleaseInProgress
from milkrun.release.template import BUCKET_PARAMETER

DEPLOY_SECONDS = 1800
# Steps renew the lease; of an owner that was silent for this long it is asked whether it still runs.
LEASE_SECONDS = 900


def start_release(
    environment: Environment,
    service: str,
    artifact: str | None = None,
    *,
    why: str = "",
    who: str | None = None,
    targets: Sequence[str] = (),
    release_id: str | None = None,
) -> str:
    """Freeze and start a release; its id. It goes on without the caller.

    Without an ``artifact`` the service is built first. With ``targets`` it goes to these alone, in the usual order.
    Asked again with the ``release_id`` of a release that was frozen already, it only makes sure that it runs.
    Raises ReleaseInProgress if another release of the service is under way.
    """
    delivery = Delivery(environment)
    built = load(delivery, artifact) if artifact else build(environment, service)
    identity = release_id or new_id(service)
    record = freeze(environment.fleet, service, built, identity, targets)
    record |= {"who": who or getpass.getuser(), "why": why, "created": _now()}
    _keep(delivery, record)
    _run(delivery, identity)
    return identity


def new_id(service: str) -> str:
    """An id that sorts by time within a service."""
    return f"{stack_name(service)}-{datetime.now(UTC):%Y%m%d-%H%M%S}-{secrets.token_hex(2)}"


def freeze(
    fleet: Fleet, service: str, artifact: Artifact, release_id: str, targets: Sequence[str] = ()
) -> dict[str, Any]:
    """Everything that the machines need to know, so that nothing is looked up while the release runs.

    Raises ParametersWrong when fleet.yaml does not give what the template asks for, or gives what it does not know.
    """
    pipeline = fleet.pipelines[fleet.service(service).pipeline]
    delivery = fleet.accounts[fleet.account_that_runs("delivery")]
    waves = [_wave(fleet, service, artifact, release_id, wave=wave, targets=targets) for wave in fleet.stops(service)]
    _check_targets(waves, service, targets)
    return {
        "release_id": release_id,
        "service": service,
        "stack": stack_name(service),
        "owner": fleet.service(service).owner,
        "artifact": artifact.digest,
        "artifact_bucket": artifact_bucket(delivery.id, delivery.regions[0]),
        "external_id": fleet.external_id,
        "poll_seconds": pipeline.poll_seconds,
        "deploy_seconds": DEPLOY_SECONDS,
        "alarm_wait_seconds": pipeline.alarm_wait_seconds,
        "lease_seconds": LEASE_SECONDS,
        "commit": artifact.about.get("commit", ""),
        "waves": [wave for wave in waves if wave["targets"]],
    }


def _wave(
    fleet: Fleet, service: str, artifact: Artifact, release_id: str, *, wave: Wave, targets: Sequence[str]
) -> dict[str, Any]:
    wanted = [target for target in wave.targets if not targets or target.name in targets]
    return {
        "name": wave.name,
        "at_once": len(wave.targets),
        "bake": wave.bake.model_dump(),
        "targets": [_target(fleet, service, artifact, release_id, target) for target in wanted],
    }


def _check_targets(waves: list[dict[str, Any]], service: str, targets: Sequence[str]) -> None:
    known = {each["name"] for wave in waves for each in wave["targets"]}
    if unknown := sorted(set(targets) - known):
        raise ParametersWrong(
            f"{service} does not go to {', '.join(unknown)}; `milkrun fleet stops {service}` lists where it goes"
        )


def _target(fleet: Fleet, service: str, artifact: Artifact, release_id: str, target: Target) -> dict[str, Any]:
    given = {
        **fleet.parameters(service, target),
        "Target": target.name,
        "Release": release_id,
        BUCKET_PARAMETER: artifact_bucket(target.account_id, target.region),
    }
    names, required = artifact.parameters
    if missing := sorted(set(required) - set(given)):
        raise ParametersWrong(
            f"the template of {service} asks for {', '.join(missing)}: add them to services.{service}.parameters"
        )
    if unknown := sorted(set(fleet.service(service).parameters) - set(names)):
        raise ParametersWrong(
            f"the template of {service} has no parameter {', '.join(unknown)}: "
            f"take them out of services.{service}.parameters in fleet.yaml, or add them to the template"
        )
    return {
        "name": target.name,
        "account_id": target.account_id,
        "region": target.region,
        "parameters": {name: given[name] for name in names if name in given},
    }


def _keep(delivery: Delivery, record: dict[str, Any]) -> None:
    """Write the frozen record and claim the service, both or neither."""
    identity, service = record["release_id"], record["service"]
    item = {
        "pk": {"S": f"RELEASE#{identity}"},
        "sk": {"S": "RELEASE"},
        "service": {"S": service},
        "release_id": {"S": identity},
        "state": {"S": "queued"},
        "artifact": {"S": record["artifact"]},
        "who": {"S": record["who"]},
        "reason": {"S": record["why"]},
        "created": {"S": record["created"]},
        "tuple": {"S": json.dumps(record, sort_keys=True)},
    }
    if (running := _running(delivery, service)) == identity:
        return  # frozen before: this is the same request again
    claim = _claim(delivery, service, identity, running)
    frozen: Any = {"TableName": delivery.table, "Item": item, "ConditionExpression": "attribute_not_exists(pk)"}
    try:
        delivery.dynamodb.transact_write_items(TransactItems=[{"Put": frozen}, {"Put": claim}])
    except ClientError as error:
        if "ConditionalCheckFailed" not in str(error):
            raise
        if _is_frozen(delivery, identity):
            return  # frozen before, and ended since
        raise ReleaseInProgress(f"somebody else started a release of {service} just now") from error


def _claim(delivery: Delivery, service: str, identity: str, running: str | None) -> Any:
    """The write that makes this the service's running release, taking over from one that has died."""
    claim: dict[str, Any] = {
        "TableName": delivery.table,
        "Item": {"pk": {"S": f"SERVICE#{service}"}, "sk": {"S": "RUNNING"}, "release_id": {"S": identity}},
        "ConditionExpression": "attribute_not_exists(pk)",
    }
    if running is None:
        return claim
    if _is_alive(delivery, running):
        raise ReleaseInProgress(
            f"release {running} of {service} is under way: `milkrun release watch {running}` shows it"
        )
    values = {":dead": {"S": running}}
    return claim | {"ConditionExpression": "release_id = :dead", "ExpressionAttributeValues": values}


def _is_frozen(delivery: Delivery, release_id: str) -> bool:
    key: Any = {"pk": {"S": f"RELEASE#{release_id}"}, "sk": {"S": "RELEASE"}}
    return "Item" in delivery.dynamodb.get_item(TableName=delivery.table, Key=key, ConsistentRead=True)


def running_release(delivery: Delivery, service: str) -> str | None:
    """The release of a service that is under way, if there is one."""
    running = _running(delivery, service)
    return running if running and _is_alive(delivery, running) else None


def _running(delivery: Delivery, service: str) -> str | None:
    key: Any = {"pk": {"S": f"SERVICE#{service}"}, "sk": {"S": "RUNNING"}}
    item = delivery.dynamodb.get_item(TableName=delivery.table, Key=key, ConsistentRead=True).get("Item")
    return item["release_id"]["S"] if item else None


def _is_alive(delivery: Delivery, release_id: str) -> bool:
    machines = delivery.machines
    try:
        status = machines.describe_execution(executionArn=delivery.execution(release_id))["status"]
    except machines.exceptions.ExecutionDoesNotExist:
        return False
    return status == "RUNNING"


def _run(delivery: Delivery, release_id: str) -> None:
    machines = delivery.machines
    try:
        machines.start_execution(
            stateMachineArn=delivery.release_machine, name=release_id, input=json.dumps({"release_id": release_id})
        )
    except machines.exceptions.ExecutionAlreadyExists:
        return  # this very release runs, or ran, already


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
