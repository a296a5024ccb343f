"""Calls a Lambda function and waits for its answer."""

import json
from collections.abc import Mapping
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from milkrun_core.aws import client
from milkrun_core.errors import MilkrunError, Unavailable


class FunctionFailed(MilkrunError):
    """The function ended with an error instead of an answer."""


def call(function: str, event: Mapping[str, Any]) -> Any:
    """What a function answers.  Raises FunctionFailed with the error's own words, Unavailable without any answer."""
    try:
        answer = client("lambda").invoke(FunctionName=function, Payload=json.dumps(event).encode())
        body = json.loads(answer["Payload"].read() or b"null")
    except (BotoCoreError, ClientError, ValueError) as error:
        raise Unavailable(f"{function} did not answer: {error}", function=function) from error
    if "FunctionError" in answer:
        said = body if isinstance(body, dict) else {}
        reason = f"{said.get('errorType', 'Error')}: {said.get('errorMessage', body)}"
        raise FunctionFailed(f"{function} failed with {reason}", function=function)
    return body
