"""HTTP entry point: one event, one answer, on an event loop that lives as long as the execution environment."""

import asyncio
from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from gateway.wiring import live_front

loop = asyncio.new_event_loop()


def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:  # noqa: ARG001 - Lambda passes both
    return loop.run_until_complete(live_front().answer(event))
