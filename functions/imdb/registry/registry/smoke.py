"""Submits two schemas for a check, one that fits and one that cannot, and looks at the verdicts: it changes nothing.

It is a client like a graphlet's release: it writes submissions of its own and reads the verdicts on them.
"""

import json
import time
from collections.abc import Callable
from typing import Any
from uuid import uuid4

from aws_lambda_powertools.utilities.typing import LambdaContext
from botocore.exceptions import ClientError
from milkrun_core.aws import client
from milkrun_core.logs import module_logger
from milkrun_core.smoke import SmokeTestFailed, passed

from registry.settings import BucketSettings

GRAPHLET = "smoke"
SECONDS = 40.0
POLL_SECONDS = 0.2
SOUND = "type Query { registrySmokeTest: String }"
UNSOUND = "type Query { registrySmokeTest: NoSuchType }"

logger = module_logger()


class Registry:
    """The registry as a graphlet's release sees it."""

    def __init__(self, s3: Any, bucket: str, seconds: float = SECONDS) -> None:
        self._s3 = s3
        self._bucket = bucket
        self._seconds = seconds

    def check(self, sdl: str) -> dict[str, Any]:
        """The verdict on a schema that is only checked.  Raises SmokeTestFailed when none comes."""
        it = {"id": f"smoke-{uuid4()}", "graphlet": GRAPHLET, "phase": "check", "sdl": sdl, "url": "lambda:smoke"}
        self._s3.put_object(
            Bucket=self._bucket, Key=f"submissions/{GRAPHLET}/{it['id']}.json", Body=json.dumps(it).encode()
        )
        end = time.monotonic() + self._seconds
        while time.monotonic() < end:
            found = self._find(f"verdicts/{GRAPHLET}/{it['id']}.json")
            if found is not None:
                return found
            time.sleep(POLL_SECONDS)
        raise SmokeTestFailed(f"no verdict on submission {it['id']} within {self._seconds:g} s", submission=it["id"])

    def _find(self, key: str) -> dict[str, Any] | None:
        try:
            found: dict[str, Any] = json.loads(self._s3.get_object(Bucket=self._bucket, Key=key)["Body"].read())
        except ClientError as error:
            if error.response["Error"]["Code"] in ("NoSuchKey", "404"):
                return None
            raise
        return found


def run(check: Callable[[str], dict[str, Any]]) -> dict[str, Any]:
    """Both checks; the first that goes wrong raises."""
    sound = check(SOUND)
    if not sound["accepted"]:
        raise SmokeTestFailed("a schema that fits everywhere was refused", problems=sound["problems"])
    unsound = check(UNSOUND)
    if unsound["accepted"] or not unsound["problems"]:
        raise SmokeTestFailed("a schema with an unknown type was accepted")
    return passed({"a sound schema": "accepted", "an unsound schema": f"refused: {unsound['problems'][0]['code']}"})


@logger.inject_lambda_context(clear_state=True)
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:  # noqa: ARG001 - Lambda passes both
    registry = Registry(client("s3"), BucketSettings().registry_bucket)
    result = run(registry.check)
    logger.info("smoke test passed", extra={"tested_release": event.get("release")})
    return result
