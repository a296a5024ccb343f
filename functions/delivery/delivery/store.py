"""The release store: frozen releases, what happened at each stop, what runs where, and who may change it now.

One table, keys ``pk`` and ``sk``:

RELEASE#<id>            RELEASE               the frozen tuple and the release's verdict
RELEASE#<id>            STOP#<target>         one stop's verdict, evidence and way back
RELEASE#<id>            STEP#<target>#<step>  one step of it: started, ended, verdict, detail
SERVICE#<service>       RUNNING               the release that is under way
STACK#<service>#<target> CURRENT              the tuple that runs there: artifact, parameters, release
STACK#<service>#<target> LOCK                 owner, fencing token and end of the lease

The items are plain text, numbers and maps of text, so that `milkrun release` reads them without this package.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from boto3.dynamodb.types import TypeDeserializer, TypeSerializer
from botocore.exceptions import ClientError

from delivery.clock import as_text, now
from delivery.domain.plan import Release, release_from_json
from delivery.errors import LeaseLost, ReleaseNotFound

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

_write = TypeSerializer().serialize
_read = TypeDeserializer().deserialize
_releases: dict[str, Release] = {}


@dataclass(frozen=True)
class Current:
    """What runs in a target: enough to deploy exactly this again."""

    artifact: str
    release_id: str
    parameters: dict[str, str]


@dataclass(frozen=True)
class Lock:
    """Who may change a stack, and until when without asking anybody."""

    owner: str
    token: int
    expires: float


class ReleaseStore:
    """Reads and writes the release table. Every write that decides something is conditional."""

    def __init__(self, client: DynamoDBClient, table: str) -> None:
        self._client = client
        self._table = table

    # --- releases ---

    def release(self, release_id: str) -> Release:
        """The frozen release. It never changes, so one read serves the life of the function."""
        if release_id not in _releases:
            item = self._get(_release(release_id), "RELEASE")
            if item is None:
                raise ReleaseNotFound(f"there is no release {release_id}; `milkrun release history` lists them")
            _releases[release_id] = release_from_json(item["tuple"])
        return _releases[release_id]

    def verdict(self, release_id: str) -> str | None:
        """The verdict of a release that has ended."""
        item = self._get(_release(release_id), "RELEASE") or {}
        return item.get("verdict")

    def running(self, service: str) -> str | None:
        """The id of the release that has claimed the service."""
        item = self._get(f"SERVICE#{service}", "RUNNING")
        return item["release_id"] if item else None

    def open_release(self, release_id: str, execution: str) -> None:
        """Note that the machine has begun with it."""
        self._set(_release(release_id), "RELEASE", {"state": "running", "execution": execution})

    def close_release(self, release: Release, verdict: str, why: str) -> bool:
        """Give the release its verdict, once; a later one changes nothing. True if this was the first.

        The service is free before the verdict is out: who waits for the verdict may start the next release at once.
        """
        self._forget_running(release)
        try:
            self._client.update_item(
                TableName=self._table,
                Key=_key(_release(release.release_id), "RELEASE"),
                UpdateExpression="SET verdict = :verdict, why = :why, ended = :now, #state = :ended",
                ConditionExpression="attribute_not_exists(verdict)",
                ExpressionAttributeNames={"#state": "state"},
                ExpressionAttributeValues=_values(
                    {":verdict": verdict, ":why": why, ":now": as_text(now()), ":ended": "ended"}
                ),
            )
        except self._client.exceptions.ConditionalCheckFailedException:
            return False
        return True

    def _forget_running(self, release: Release) -> None:
        try:
            self._client.delete_item(
                TableName=self._table,
                Key=_key(f"SERVICE#{release.service}", "RUNNING"),
                ConditionExpression="release_id = :mine",
                ExpressionAttributeValues=_values({":mine": release.release_id}),
            )
        except self._client.exceptions.ConditionalCheckFailedException:
            return  # a newer release has taken its place

    # --- stops and steps ---

    def stops(self, release_id: str) -> dict[str, dict[str, Any]]:
        """What is known of each stop that was begun, by target."""
        items = self._query(_release(release_id), "STOP#")
        return {item["sk"].removeprefix("STOP#"): item for item in items}

    def note_stop(self, release_id: str, target: str, facts: Mapping[str, Any]) -> None:
        """Add facts to a stop."""
        self._set(_release(release_id), f"STOP#{target}", facts)

    def begin_step(self, release_id: str, target: str, step: str) -> None:
        """Note that a step has begun; a repeated step keeps its first beginning."""
        self._client.update_item(
            TableName=self._table,
            Key=_key(_release(release_id), f"STEP#{target}#{step}"),
            UpdateExpression="SET started = if_not_exists(started, :now), #verdict = :running REMOVE ended",
            ExpressionAttributeNames={"#verdict": "verdict"},
            ExpressionAttributeValues=_values({":now": as_text(now()), ":running": "running"}),
        )

    def end_step(self, release_id: str, target: str, step: str, verdict: str, detail: str) -> None:
        """Note how a step ended, or how far it has come."""
        facts = {"verdict": verdict, "detail": detail}
        if verdict != "running":
            facts["ended"] = as_text(now())
        self._set(_release(release_id), f"STEP#{target}#{step}", facts)

    # --- what runs where ---

    def current(self, service: str, target: str) -> Current | None:
        """What runs in a target, as far as releases know."""
        item = self._get(_stack(service, target), "CURRENT")
        return Current(item["artifact"], item["release_id"], json.loads(item["parameters"])) if item else None

    def settle(
        self, release: Release, target: str, token: int, current: Current | None, facts: Mapping[str, Any]
    ) -> None:
        """In one transaction: the stop's outcome, what runs there now, and the end of the lock.

        Raises LeaseLost when the lock is no longer held under ``token``: nothing is written then.
        """
        writes: list[Any] = [
            {"Update": self._unlock(release.service, target, token)},
            {"Update": self._update(_release(release.release_id), f"STOP#{target}", facts)},
        ]
        if current is not None:
            tuple_ = {
                "artifact": current.artifact,
                "release_id": current.release_id,
                "parameters": json.dumps(current.parameters, sort_keys=True),
                "since": as_text(now()),
            }
            writes.append({"Update": self._update(_stack(release.service, target), "CURRENT", tuple_)})
        try:
            self._client.transact_write_items(TransactItems=writes)
        except ClientError as error:
            if "ConditionalCheckFailed" in str(error):
                raise _lost(release.service, target) from error
            raise

    # --- locks ---

    def lock(self, service: str, target: str) -> Lock | None:
        """The lock of a stack in a target, if an execution holds it."""
        item = self._get(_stack(service, target), "LOCK")
        if item is None or "owner" not in item:
            return None
        return Lock(item["owner"], int(item["token"]), float(item["expires"]))

    def take_lock(self, service: str, target: str, owner: str, seconds: int, *, from_owner: str | None) -> int | None:
        """Take a free lock, or that of ``from_owner``; its new fencing token, or None if somebody was quicker.

        An execution that asks again for the lock that it holds gets a new token: the older one is void then.
        """
        condition = "attribute_not_exists(#owner) OR #owner = :owner"
        values: dict[str, Any] = {":owner": owner, ":expires": int(now()) + seconds, ":one": 1}
        if from_owner is not None:
            condition += " OR #owner = :from"
            values[":from"] = from_owner
        try:
            answer = self._client.update_item(
                TableName=self._table,
                Key=_key(_stack(service, target), "LOCK"),
                UpdateExpression="SET #owner = :owner, expires = :expires ADD #token :one",
                ConditionExpression=condition,
                ExpressionAttributeNames={"#owner": "owner", "#token": "token"},
                ExpressionAttributeValues=_values(values),
                ReturnValues="UPDATED_NEW",
            )
        except self._client.exceptions.ConditionalCheckFailedException:
            return None
        return int(answer["Attributes"]["token"]["N"])

    def _unlock(self, service: str, target: str, token: int) -> Any:
        return {
            "TableName": self._table,
            "Key": _key(_stack(service, target), "LOCK"),
            "UpdateExpression": "REMOVE #owner SET expires = :now",
            "ConditionExpression": "#token = :token",
            "ExpressionAttributeNames": {"#owner": "owner", "#token": "token"},
            "ExpressionAttributeValues": _values({":now": int(now()), ":token": token}),
        }

    def renew_lock(self, service: str, target: str, token: int, seconds: int) -> None:
        """Prolong the lease. Raises LeaseLost if it is somebody else's by now."""
        try:
            self._client.update_item(
                TableName=self._table,
                Key=_key(_stack(service, target), "LOCK"),
                UpdateExpression="SET expires = :expires",
                ConditionExpression="#token = :token AND attribute_exists(#owner)",
                ExpressionAttributeNames={"#token": "token", "#owner": "owner"},
                ExpressionAttributeValues=_values({":expires": int(now()) + seconds, ":token": token}),
            )
        except self._client.exceptions.ConditionalCheckFailedException as error:
            raise _lost(service, target) from error

    # --- the table ---

    def _get(self, pk: str, sk: str) -> dict[str, Any] | None:
        answer = self._client.get_item(TableName=self._table, Key=_key(pk, sk), ConsistentRead=True)
        return _plain(answer["Item"]) if "Item" in answer else None

    def _query(self, pk: str, prefix: str) -> list[dict[str, Any]]:
        pages = self._client.get_paginator("query").paginate(
            TableName=self._table,
            KeyConditionExpression="pk = :pk AND begins_with(sk, :prefix)",
            ExpressionAttributeValues=_values({":pk": pk, ":prefix": prefix}),
            ConsistentRead=True,
        )
        return [_plain(item) for page in pages for item in page["Items"]]

    def _set(self, pk: str, sk: str, facts: Mapping[str, Any]) -> None:
        self._client.update_item(**self._update(pk, sk, facts))

    def _update(self, pk: str, sk: str, facts: Mapping[str, Any]) -> Any:
        names = {f"#{index}": name for index, name in enumerate(facts)}
        return {
            "TableName": self._table,
            "Key": _key(pk, sk),
            "UpdateExpression": "SET " + ", ".join(f"{short} = :{short[1:]}" for short in names),
            "ExpressionAttributeNames": names,
            "ExpressionAttributeValues": _values({f":{index}": facts[name] for index, name in enumerate(facts)}),
        }


def _release(release_id: str) -> str:
    return f"RELEASE#{release_id}"


def _stack(service: str, target: str) -> str:
    return f"STACK#{service}#{target}"


def _key(pk: str, sk: str) -> Any:
    return {"pk": {"S": pk}, "sk": {"S": sk}}


def _values(values: Mapping[str, Any]) -> Any:
    return {name: _write(value) for name, value in values.items()}


def _plain(item: Mapping[str, Any]) -> dict[str, Any]:
    return {name: _read(value) for name, value in item.items()}


def _lost(service: str, target: str) -> LeaseLost:
    return LeaseLost(
        f"the lock of {service} in {target} is held by another execution now; this one must not write any more",
        service=service,
        target=target,
    )
