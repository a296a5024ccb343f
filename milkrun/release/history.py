"""What the release log says: releases, their stops, and the steps of each stop."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from boto3.dynamodb.types import TypeDeserializer

from milkrun.release.delivery import Delivery
from milkrun.release.errors import NoSuchRelease

STEPS = ("lock", "preflight", "plan", "deploy", "verify", "test", "bake", "record")
STEPS_BACK = ("back-prepare", "back-plan", "back-deploy", "back-verify", "back-test")
_plain = TypeDeserializer().deserialize


@dataclass(frozen=True)
class StepView:
    """One step of a stop: ``verdict`` is running, pass, fail, error or inconclusive."""

    name: str
    started: str
    ended: str
    verdict: str
    detail: str

    @property
    def seconds(self) -> float | None:
        return _seconds(self.started, self.ended)


@dataclass(frozen=True)
class StopView:
    """One target of a release; an empty verdict means that it has none yet."""

    target: str
    wave: str
    verdict: str
    why: str
    way_back: str
    started: str
    ended: str
    requests: int
    errors: int
    watched_seconds: int
    topped_up: bool
    steps: tuple[StepView, ...]

    @property
    def seconds(self) -> float | None:
        return _seconds(self.started, self.ended)

    def step(self, name: str) -> StepView | None:
        return next((each for each in self.steps if each.name == name), None)


@dataclass(frozen=True)
class ReleaseView:
    """A release with all that is known of it."""

    release_id: str
    service: str
    artifact: str
    state: str
    verdict: str
    why: str
    who: str
    reason: str
    commit: str
    created: str
    ended: str
    frozen: Mapping[str, Any]
    stops: tuple[StopView, ...] = ()

    @property
    def version(self) -> str:
        return self.artifact[:12]

    @property
    def seconds(self) -> float | None:
        return _seconds(self.created, self.ended)

    def stop(self, target: str) -> StopView:
        return next(each for each in self.stops if each.target == target)


def show(delivery: Delivery, release_id: str) -> ReleaseView:
    """One release with its stops and steps. Raises NoSuchRelease."""
    items = list(_query(delivery, {"pk": f"RELEASE#{release_id}"}))
    head = next((item for item in items if item["sk"] == "RELEASE"), None)
    if head is None:
        raise NoSuchRelease(f"there is no release {release_id}; `milkrun release history` lists them")
    return _release(head, items)


def history(delivery: Delivery, service: str, limit: int = 20) -> list[ReleaseView]:
    """The latest releases of a service, newest first, without their stops."""
    found: Any = delivery.dynamodb.query(
        TableName=delivery.table,
        IndexName="by_service",
        KeyConditionExpression="service = :service",
        ExpressionAttributeValues={":service": {"S": service}},
        ScanIndexForward=False,
        Limit=limit,
    )
    return [_release(_item(each), ()) for each in found["Items"]]


def resolve(delivery: Delivery, name: str | None) -> str:
    """The id that a person means: an id itself, or a service's latest release, or the latest of all.

    Raises NoSuchRelease.
    """
    services = [name] if name in delivery.environment.fleet.services else []
    if name is not None and not services:
        return show(delivery, name).release_id
    latest = [found for each in services or delivery.environment.fleet.services for found in history(delivery, each, 1)]
    if not latest:
        raise NoSuchRelease(f"nothing was released yet{f' of {name}' if name else ''}: `milkrun release start SERVICE`")
    return max(latest, key=lambda each: each.created).release_id


def current_artifact(delivery: Delivery, service: str, target: str) -> tuple[str, dict[str, str]] | None:
    """Artifact and parameters that run in a target, as the last passed release left them."""
    key: Any = {"pk": {"S": f"STACK#{service}#{target}"}, "sk": {"S": "CURRENT"}}
    found = delivery.dynamodb.get_item(TableName=delivery.table, Key=key, ConsistentRead=True).get("Item")
    return (found["artifact"]["S"], json.loads(found["parameters"]["S"])) if found else None


def _release(head: Mapping[str, Any], items: Iterable[Mapping[str, Any]]) -> ReleaseView:
    frozen = json.loads(head["tuple"])
    known = list(items)
    return ReleaseView(
        release_id=head["release_id"],
        service=head["service"],
        artifact=head["artifact"],
        state=head["state"],
        verdict=head.get("verdict", ""),
        why=head.get("why", ""),
        who=head["who"],
        reason=head["reason"],
        commit=frozen.get("commit", ""),
        created=head["created"],
        ended=head.get("ended", ""),
        frozen=frozen,
        stops=tuple(
            _stop(wave["name"], target["name"], known, ended="verdict" in head)
            for wave in frozen["waves"]
            for target in wave["targets"]
        ),
    )


def _stop(wave: str, target: str, items: list[Mapping[str, Any]], *, ended: bool) -> StopView:
    facts = next((item for item in items if item["sk"] == f"STOP#{target}"), {})
    prefix = f"STEP#{target}#"
    steps = [
        StepView(
            name=item["sk"].removeprefix(prefix),
            started=item.get("started", ""),
            ended=item.get("ended", ""),
            verdict=item.get("verdict", ""),
            detail=item.get("detail", ""),
        )
        for item in items
        if item["sk"].startswith(prefix)
    ]
    return StopView(
        target=target,
        wave=wave,
        verdict=facts.get("verdict", "skipped" if ended else ""),
        why=facts.get("why", ""),
        way_back=facts.get("way_back", ""),
        started=facts.get("started", ""),
        ended=facts.get("ended", ""),
        requests=int(facts.get("requests", 0)),
        errors=int(facts.get("errors", 0)),
        watched_seconds=int(facts.get("watched_seconds", 0)),
        topped_up=bool(facts.get("topped_up", False)),
        steps=tuple(sorted(steps, key=lambda step: step.started)),
    )


def _query(delivery: Delivery, key: Mapping[str, str]) -> Iterable[dict[str, Any]]:
    pages = delivery.dynamodb.get_paginator("query").paginate(
        TableName=delivery.table,
        KeyConditionExpression="pk = :pk",
        ExpressionAttributeValues={":pk": {"S": key["pk"]}},
        ConsistentRead=True,
    )
    for page in pages:
        yield from (_item(each) for each in page["Items"])


def _item(item: Mapping[str, Any]) -> dict[str, Any]:
    return {name: _plain(value) for name, value in item.items()}


def _seconds(started: str, ended: str) -> float | None:
    if not started or not ended:
        return None
    return (datetime.fromisoformat(ended) - datetime.fromisoformat(started)).total_seconds()
