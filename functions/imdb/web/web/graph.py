"""Asks the gateway by GraphQL over HTTP, one call per page.

The call names the client and carries the digest of its document (automatic persisted queries, as Apollo's clients send
it) beside the text: a gateway that keeps digests recognizes it, any other reads the text.
"""

import json
from collections.abc import Mapping
from typing import Any

import urllib3
from aws_lambda_powertools import Logger

from web.domain.answer import Answer, Path
from web.domain.errors import GatewayAway, GatewayRefused
from web.questions import Question
from web.tracing import Trace

CLIENT = "imdb-web"
CONNECT_SECONDS = 1.0
# Twice a connect and once this: less than the function's timeout, and than API Gateway's 29 s.
READ_SECONDS = 8.0
_MEDIA = "application/graphql-response+json"
# Tried once more: a query changes nothing, and a kept connection may have ended meanwhile. What took long is not.
_BROKEN = (
    urllib3.exceptions.NewConnectionError,
    urllib3.exceptions.ConnectTimeoutError,
    urllib3.exceptions.ProtocolError,
)


def pool() -> urllib3.PoolManager:
    """Connections that are kept between requests; whether to try again is decided here, not there."""
    return urllib3.PoolManager(
        timeout=urllib3.Timeout(connect=CONNECT_SECONDS, read=READ_SECONDS), retries=False, maxsize=4
    )


class HttpGraph:
    """The gateway at a URL."""

    def __init__(self, url: str, http: urllib3.PoolManager, logger: Logger, release: str = "unknown") -> None:
        self._url, self._http, self._logger = url, http, logger
        self._headers = {
            "content-type": "application/json",
            "accept": f"{_MEDIA}, application/json;q=0.9",
            "apollographql-client-name": CLIENT,
            "apollographql-client-version": release,
            "user-agent": f"{CLIENT}/{release}",
        }

    def ask(self, question: Question, variables: Mapping[str, Any], trace: Trace) -> Answer:
        """See web.ports.Graph."""
        body = {
            "query": question.text,
            "variables": variables,
            "operationName": question.name,
            "extensions": {"persistedQuery": {"version": 1, "sha256Hash": question.digest}},
        }
        reply = self._send(json.dumps(body).encode(), {**self._headers, "traceparent": trace.header})
        if reply.status >= 500 or reply.status == 429:  # noqa: PLR2004 - HTTP's own numbers
            raise GatewayAway("the gateway answers with an error", answered=reply.status, operation=question.name)
        return self._read(reply.data, question)

    def _send(self, body: bytes, headers: Mapping[str, str]) -> urllib3.BaseHTTPResponse:
        try:
            try:
                return self._http.request("POST", self._url, body=body, headers=headers)
            except _BROKEN:
                return self._http.request("POST", self._url, body=body, headers=headers)
        except urllib3.exceptions.HTTPError as error:
            raise GatewayAway("the gateway gave no answer", reason=type(error).__name__) from error

    def _read(self, body: bytes, question: Question) -> Answer:
        try:
            said = json.loads(body)
        except ValueError as error:
            raise GatewayAway("the gateway's answer is not JSON", operation=question.name) from error
        if not isinstance(said, dict):
            said = {}
        errors, data = _errors(said), said.get("data")
        first = errors[0].get("message") if errors else None
        if not isinstance(data, dict):
            raise GatewayRefused("the gateway gave no data", operation=question.name, first_error=first)
        if errors:
            self._logger.warning(
                "graph answered in part",
                extra={"operation": question.name, "error_count": len(errors), "first_error": first},
            )
        return Answer(data, tuple(_path(error) for error in errors))


def _errors(said: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The errors; what is none, where one should be, is an error without a message or a place."""
    errors = said.get("errors") or []
    return [error if isinstance(error, dict) else {} for error in (errors if isinstance(errors, list) else [errors])]


def _path(error: Mapping[str, Any]) -> Path:
    # An error without a place may be about anything.
    path = error.get("path")
    return tuple(path) if isinstance(path, list) else ()
