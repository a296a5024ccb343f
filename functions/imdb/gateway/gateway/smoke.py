"""Asks the gateway through its front door: DNS, certificate, mapping, function, registry and graphlets in one go."""

import json
import os
from typing import Any

import urllib3
from aws_lambda_powertools.utilities.typing import LambdaContext
from milkrun_core.logs import module_logger
from milkrun_core.smoke import SmokeTestFailed, passed

CLIENT = {"content-type": "application/json", "accept": "application/json", "x-client-name": "smoke"}
KNOWN_FOR = """query SmokeKnownFor { name(id: "nm0000329") { nameText knownFor(first: 4) { id titleText } } }"""
OK = 200
NOT_IN_SCHEMA = "GRAPHQL_VALIDATION_FAILED"

logger = module_logger()


class Graph:
    """The gateway as its clients see it."""

    def __init__(self, http: urllib3.PoolManager, url: str) -> None:
        self._http, self._url = http, url.rstrip("/") + "/graphql"

    def ask(self, query: str) -> dict[str, Any]:
        """The GraphQL response to a query.  Raises SmokeTestFailed when there is no sensible one."""
        try:
            reply = self._http.request("POST", self._url, body=json.dumps({"query": query}).encode(), headers=CLIENT)
            answer = json.loads(reply.data)
        except (urllib3.exceptions.HTTPError, ValueError) as error:
            raise SmokeTestFailed(f"POST {self._url} had no sensible answer: {error}", url=self._url) from error
        if reply.status != OK or not isinstance(answer, dict):
            raise SmokeTestFailed(f"POST {self._url} answered {reply.status}: {answer}", answered=reply.status)
        return answer


def typename(graph: Graph) -> str:
    answer = graph.ask("{ __typename }")
    if answer != {"data": {"__typename": "Query"}}:
        raise SmokeTestFailed(f"the name of the type Query came back as {answer}")
    return "a supergraph is served"


def known_for(graph: Graph) -> str:
    """What needs graphlets.  A graphlet's own failure pages its owner, and does not hold the gateway's release."""
    answer = graph.ask(KNOWN_FOR)
    errors = answer.get("errors") or []
    if any(error.get("extensions", {}).get("code") == NOT_IN_SCHEMA for error in errors):
        return "not asked: there are no people and titles yet"
    if "data" not in answer or any(len(error.get("path") or ()) <= 1 for error in errors):
        raise SmokeTestFailed(f"what Jackie Chan is known for was answered with {answer}")
    return f"{len(errors)} errors below the person" if errors else "people and titles answer"


def run(graph: Graph) -> dict[str, Any]:
    """All checks; the first that fails raises."""
    details = {"typename": typename(graph), "known for": known_for(graph)}
    return passed(details)


@logger.inject_lambda_context(clear_state=True)
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:  # noqa: ARG001 - Lambda passes both
    http = urllib3.PoolManager(timeout=urllib3.Timeout(connect=2, read=25), retries=False)
    result = run(Graph(http, os.environ["MILKRUN_SERVICE_URL"]))
    logger.info("smoke test passed", extra={"tested_release": event.get("release")})
    return result
