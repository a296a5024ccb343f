"""The event of a REST API's proxy integration, and what it is answered.

https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-lambda-proxy-integrations.html
"""

import base64
import binascii
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from milkrun_core.errors import InvalidRequest


@dataclass(frozen=True, slots=True)
class Incoming:
    """An HTTP request; names of headers are in lower case, ``query`` is encoded."""

    method: str
    path: str
    query: str
    headers: Mapping[str, str]
    correlation_id: str
    sent: str
    encoded: bool

    def body(self) -> bytes:
        """Raises InvalidRequest where it is not what the event says."""
        if not self.encoded:
            return self.sent.encode()
        try:
            return base64.b64decode(self.sent, validate=True)
        except (binascii.Error, ValueError):
            raise InvalidRequest("the body is marked as base64 and is not") from None


def read_event(event: Mapping[str, Any]) -> Incoming:
    """The request that an event carries."""
    query = event.get("multiValueQueryStringParameters") or event.get("queryStringParameters") or {}
    return Incoming(
        method=event["httpMethod"],
        path=event["path"],
        query=urlencode(query, doseq=True),
        headers={name.lower(): value for name, value in (event.get("headers") or {}).items()},
        correlation_id=str((event.get("requestContext") or {}).get("requestId") or ""),
        sent=event.get("body") or "",
        encoded=bool(event.get("isBase64Encoded")),
    )


def answer(status: int, headers: Iterable[tuple[str, str]], body: bytes) -> dict[str, Any]:
    """An answer whose body is text."""
    several: dict[str, list[str]] = {}
    for name, value in headers:
        several.setdefault(name, []).append(value)
    return {"statusCode": status, "multiValueHeaders": several, "body": body.decode(), "isBase64Encoded": False}
