"""The Lambda function of a subgraph: what the gateway's invocation says, and what it is answered.

The event is ``{"graphql": {"query", "variables"?, "operationName"?}, "headers": {lower-case name: value}}``, the answer
the GraphQL response.  An answer in which there is nothing at all, because of faults of ours, is none: the function then
fails, so that its errors are counted where releases and alarms look.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from milkrun_graph.errors import GraphError, RequestRefused
from milkrun_graph.subgraph.subgraph import Subgraph

type Answer = Callable[[Mapping[str, Any]], dict[str, Any]]


class NothingAnswered(GraphError):
    """Every field that was asked for failed, and it is our fault."""


def lambda_handler(
    subgraph: Subgraph, context: Callable[[Mapping[str, str]], Any], faults: frozenset[str] = frozenset()
) -> Answer:
    """What answers an event; ``context`` makes the resolvers' context out of the request's headers, once per event.

    ``faults`` are the codes of told errors that are faults of ours.  An answer may raise NothingAnswered.
    """
    ours = faults | {GraphError.code}

    def answer(event: Mapping[str, Any]) -> dict[str, Any]:
        try:
            query, variables, name = _request(event)
        except RequestRefused as refused:
            return {"errors": [{"message": str(refused), "extensions": {"code": refused.code}}]}
        response = subgraph.execute(query, variables, name, context(event.get("headers") or {}))
        faulty = [error for error in response.get("errors", ()) if error["extensions"]["code"] in ours]
        if faulty and _is_empty(response.get("data")):
            raise NothingAnswered(f"{faulty[0]['message']} ({len(faulty)} errors)")
        return response

    return answer


def _is_empty(value: Any) -> bool:
    """Whether there is nothing in the response but nulls."""
    if isinstance(value, dict):
        return all(name == "__typename" or _is_empty(inner) for name, inner in value.items())
    return value is None or (isinstance(value, list) and bool(value) and all(map(_is_empty, value)))


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
