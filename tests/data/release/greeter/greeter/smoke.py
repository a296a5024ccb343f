"""Shows that the greeter works."""

import os
from typing import Any

import boto3
from botocore.config import Config

FAILS_IN: tuple[str, ...] = ()
CONFIG = Config(connect_timeout=2, read_timeout=8)


def handler(event: dict[str, Any], _: object) -> dict[str, Any]:
    """The smoke test: one real call of the greeter."""
    if event["target"] in FAILS_IN:
        raise RuntimeError(f"the greeter does not greet in {event['target']}")
    greeter = boto3.client("lambda", config=CONFIG)
    answer = greeter.invoke(FunctionName=os.environ["MILKRUN_GREET_FUNCTION"], Payload=b'{"synthetic": true}')
    ok = "FunctionError" not in answer
    return {"ok": ok, "checks": [{"name": "greets", "ok": ok, "detail": answer["Payload"].read().decode()}]}
