"""The Lambda function of a subgraph: what the gateway's invocation says, and what it is answered.

The event is ``{"graphql": {"query", "variables"?, "operationName"?}, "headers": {lower-case name: value}}``, the answer
the GraphQL response.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from milkrun_graph.errors import RequestRefused
from milkrun_graph.subgraph.subgraph import Subgraph

type Answer = Callable[[Mapping[str, Any]], dict[str, Any]]


def lambda_handler(subgraph: Subgraph, context: Callable[[Mapping[str, str]], Any]) -> Answer:
    """What answers an event; ``context`` makes the resolvers' context out of the request's headers, once per event."""

    def answer(event: Mapping[str, Any]) -> dict[str, Any]:
        try:
            query, variables, name = _request(event)
        except RequestRefused as refused:
            return {"errors": [{"message": str(refused), "extensions": {"code": refused.code}}]}
        return subgraph.execute(query, variables, name, context(event.get("headers") or {}))

    return answer


def _request(event: Mapping[str, Any]) -> tuple[str, Mapping[str, Any], str | None]:
    request = event.get("graphql")
    if not isinstance(request, Mapping):
        raise RequestRefused("graphql: the event must hold an object with `query`")
    query, variables, name = request.get("query"), request.get("variables"), request.get("operationName")
    if not isinstance(query, str) or not query:
        raise RequestRefused("graphql.query: must be the text of a document")
    if variables is not None and not isinstance(variables, Mapping):
        raise RequestRefused("graphql.variables: must be an object, or left out")
    if name is not None and not isinstance(name, str):
        raise RequestRefused("graphql.operationName: must be text, or left out")
    return query, variables or {}, name
