"""The function that publishes a subgraph's schema when its stack is deployed: a custom resource of CloudFormation.

A stack has two such resources.  ``SchemaStaged`` (Phase: stage) comes before the function that serves the schema, so a
schema that is refused stops the release before any of its code serves.  ``SchemaPublished`` (Phase: publish) comes
after it.  A rollback of the stack runs both again with the former code, and so publishes the former schema.

Each gets an answer whatever happens here: a resource without one would hold its stack for an hour.
"""

from __future__ import annotations

import hashlib
import json
import logging
import os
import re
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from milkrun_graph.errors import GraphError
from milkrun_graph.subgraph.submission import NoRegistry, NotPublished, Objects, Registry, SchemaRefused, Submission

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

REASON_CHARACTERS = 1000  # of an answer of at most 4096 bytes
ANSWER_SECONDS = 5.0
ANSWER_ATTEMPTS = 4
SAFE = re.compile(r"[^A-Za-z0-9._-]+")

log = logging.getLogger("milkrun_graph")


class AnswerNotDelivered(GraphError):
    """CloudFormation could not be told; Lambda repeats an invocation that fails, and with it the answer."""


def publisher(graphlet: str, schema: Path) -> Callable[[Mapping[str, Any], Any], None]:
    """The handler of a stack's publisher; MILKRUN_REGISTRY_BUCKET and MILKRUN_GRAPHLET_URL say the rest."""

    def handler(event: Mapping[str, Any], _: Any) -> None:
        def registry() -> Registry:
            return Registry(Bucket(os.environ["MILKRUN_REGISTRY_BUCKET"]))

        answer = respond(event, graphlet, schema, registry)
        send(str(event["ResponseURL"]), answer)

    return handler


def respond(event: Mapping[str, Any], graphlet: str, schema: Path, registry: Callable[[], Registry]) -> dict[str, Any]:
    """The answer to CloudFormation.  Whatever goes wrong is a FAILED with its reason."""
    answer = {key: event.get(key) for key in ("StackId", "RequestId", "LogicalResourceId")}
    # The same for ever: a resource whose id changes is replaced, and its old self deleted, which would withdraw.
    answer["PhysicalResourceId"] = event.get("PhysicalResourceId") or f"{graphlet}-{_phase(event)}"
    try:
        answer["Data"] = _done(event, graphlet, schema, registry)
        answer["Status"] = "SUCCESS"
    except Exception as error:
        log.exception("the schema was not published", extra={"graphlet": graphlet})
        known = isinstance(error, NotPublished)
        reason = str(error) if known else f"publishing failed with {type(error).__name__}: {error}; see the logs"
        if event.get("RequestType") == "Create" and isinstance(error, SchemaRefused):
            answer["PhysicalResourceId"] = f"{graphlet}-refused"  # nothing to withdraw when it is deleted again
        answer |= {"Status": "FAILED", "Reason": reason[:REASON_CHARACTERS]}
    return answer


def _phase(event: Mapping[str, Any]) -> str:
    return str((event.get("ResourceProperties") or {}).get("Phase"))


def _done(event: Mapping[str, Any], graphlet: str, schema: Path, registry: Callable[[], Registry]) -> dict[str, str]:
    phase, is_delete = _phase(event), event.get("RequestType") == "Delete"
    if phase not in ("stage", "publish"):
        raise NotPublished(f"Phase: must be stage or publish, not {phase}")
    if is_delete and (phase == "stage" or event.get("PhysicalResourceId") != f"{graphlet}-publish"):
        return {}
    if not is_delete and (asked_for := _other_release(event)):
        if phase == "stage":  # on the way back, before this function is: what was staged is not served, and expires
            return {}
        raise NotPublished(f"release {asked_for} is to be published, and this is the code of another: release it again")
    asked = submission(event, graphlet, "withdraw" if is_delete else phase, schema.read_text(encoding="utf-8"))
    try:
        verdict = registry().submit(asked)
    except NoRegistry:
        if is_delete:  # the registry went first: there is nothing to withdraw from
            return {}
        raise
    return {name: str(verdict.get(name)) for name in ("graphlet_version", "supergraph")}


def _other_release(event: Mapping[str, Any]) -> str | None:
    """The release that is asked for, where it is not the one that this code came with."""
    asked_for = str((event.get("ResourceProperties") or {}).get("Release") or "none")
    return asked_for if asked_for != os.environ.get("MILKRUN_RELEASE", asked_for) else None


def submission(event: Mapping[str, Any], graphlet: str, phase: str, sdl: str) -> Submission:
    """What is submitted.  Its id follows from CloudFormation's request, which Lambda may repeat."""
    release = str((event.get("ResourceProperties") or {}).get("Release") or "none")
    request = hashlib.sha256(str(event.get("RequestId")).encode()).hexdigest()[:12]
    identity = f"{SAFE.sub('-', release)}-{phase}-{request}"
    return Submission(identity, graphlet, phase, sdl, os.environ["MILKRUN_GRAPHLET_URL"], release)


def send(url: str, answer: Mapping[str, Any], sleep: Callable[[float], None] = time.sleep) -> None:
    """Put the answer where CloudFormation waits for it.  Raises AnswerNotDelivered."""
    if not url.startswith(("https://", "http://")):
        raise AnswerNotDelivered(f"ResponseURL: {url[:100]} is no address")
    body = json.dumps(answer).encode()
    # The address is signed for an empty type; urllib would name one.
    request = urllib.request.Request(url, body, {"Content-Type": ""}, method="PUT")  # noqa: S310 - checked above
    for attempt in range(1, ANSWER_ATTEMPTS + 1):
        try:
            with urllib.request.urlopen(request, timeout=ANSWER_SECONDS):  # noqa: S310 - checked above
                return
        except (OSError, urllib.error.URLError) as error:
            if attempt == ANSWER_ATTEMPTS:
                raise AnswerNotDelivered(f"CloudFormation could not be told: {error}") from error
            sleep(0.5 * 2**attempt)


class Bucket(Objects):
    """The registry's bucket in S3."""

    def __init__(self, name: str, client: S3Client | None = None) -> None:
        self._name = name
        self._s3 = client or _client()

    def put(self, key: str, body: bytes) -> None:
        from botocore.exceptions import BotoCoreError, ClientError  # noqa: PLC0415 - other entry points do without

        try:
            self._s3.put_object(Bucket=self._name, Key=key, Body=body, ContentType="application/json")
        except (BotoCoreError, ClientError) as error:
            raise self._failure(error, f"s3:PutObject on {key}") from error

    def get(self, key: str) -> bytes | None:
        from botocore.exceptions import BotoCoreError, ClientError  # noqa: PLC0415 - other entry points do without

        try:
            return self._s3.get_object(Bucket=self._name, Key=key)["Body"].read()
        except self._s3.exceptions.NoSuchKey:
            return None
        except (BotoCoreError, ClientError) as error:
            raise self._failure(error, f"s3:GetObject on {key}") from error

    def _failure(self, error: Exception, what: str) -> NotPublished:
        code = getattr(error, "response", {}).get("Error", {}).get("Code")
        if code == "NoSuchBucket":
            return NoRegistry(f"there is no registry here (bucket {self._name}): release imdb/registry first")
        return NotPublished(f"the registry's bucket {self._name} refused {what}: {error}")


def _client() -> S3Client:
    import boto3  # noqa: PLC0415 - other entry points do without
    from botocore.config import Config  # noqa: PLC0415 - other entry points do without

    retries: Any = {"mode": "standard", "total_max_attempts": 3}
    return boto3.client("s3", config=Config(connect_timeout=2, read_timeout=5, retries=retries))
