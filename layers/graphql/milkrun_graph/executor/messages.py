"""A GraphQL request and its response, whatever carries them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import orjson

from milkrun_graph.errors import GraphError, RequestRefused

type Path = tuple[str | int, ...]

NO_HEADERS: Mapping[str, str] = {}


@dataclass(frozen=True, slots=True)
class Claims:
    """Who asks, as an authorizer found: what ``@authenticated``, ``@requiresScopes`` and ``@policy`` look at."""

    authenticated: bool = False
    scopes: frozenset[str] = frozenset()
    policies: frozenset[str] = frozenset()


NOBODY = Claims()


@dataclass(slots=True)
class Request:
    """One operation that a client wants answered.  Header names are in lower case."""

    query: str
    variables: Mapping[str, Any] | None = None
    operation_name: str | None = None
    headers: Mapping[str, str] = field(default_factory=lambda: NO_HEADERS)
    extensions: Mapping[str, Any] | None = None
    claims: Claims = NOBODY
    # A GET request may only read.
    read_only: bool = False
    # The document's name, in place of ``query`` (which is then empty) or beside it.
    document_id: str | None = None


@dataclass(frozen=True, slots=True)
class Response:
    """The JSON to send.  ``status`` is the HTTP status of the media type application/graphql-response+json.

    ``headers`` are those of subgraphs' answers that reach the client; a name may come several times.
    """

    body: bytes
    status: int = 200
    headers: tuple[tuple[str, str], ...] = ()


class MalformedRequest(RequestRefused):
    """Not a GraphQL request at all: HTTP answers 400 whatever the media type."""


def read_request(body: bytes, headers: Mapping[str, str] = NO_HEADERS) -> Request:
    """A request from its JSON (GraphQL over HTTP, section 5.1).  Raises MalformedRequest."""
    try:
        sent = orjson.loads(body)
    except orjson.JSONDecodeError:
        raise MalformedRequest("the body is not JSON") from None
    if not isinstance(sent, dict):
        raise MalformedRequest("the body is not a JSON object; batches are not supported")
    return request_from(sent, headers)


def request_from(sent: Mapping[str, Any], headers: Mapping[str, str] = NO_HEADERS) -> Request:
    """A request from its parameters.  Raises MalformedRequest."""
    query, document = sent.get("query"), sent.get("documentId")
    variables, name, extensions = sent.get("variables"), sent.get("operationName"), sent.get("extensions")
    if query is None and (document or (isinstance(extensions, dict) and "persistedQuery" in extensions)):
        query = ""
    elif not isinstance(query, str) or not query:
        raise MalformedRequest("`query` must be a string with a document")
    if document is not None and not isinstance(document, str):
        raise MalformedRequest("`documentId` must be a string")
    if variables is not None and not isinstance(variables, dict):
        raise MalformedRequest("`variables` must be an object")
    if name is not None and not isinstance(name, str):
        raise MalformedRequest("`operationName` must be a string")
    if extensions is not None and not isinstance(extensions, dict):
        raise MalformedRequest("`extensions` must be an object")
    persisted_hash(extensions)
    return Request(query, variables, name, headers, extensions, document_id=document)


def persisted_hash(extensions: Mapping[str, Any] | None) -> str | None:
    """The hash in ``extensions.persistedQuery`` (Apollo's protocol), if there is one.  Raises MalformedRequest."""
    sent = extensions.get("persistedQuery") if extensions else None
    if sent is None:
        return None
    name = sent.get("sha256Hash") if isinstance(sent, dict) and sent.get("version", 1) == 1 else None
    if not isinstance(name, str) or not name:
        raise MalformedRequest("`extensions.persistedQuery` must have `version` 1 and a `sha256Hash`")
    return name


def refusal(error: GraphError, status: int = 400) -> Response:
    """The response to a request that is not executed: errors, and no ``data`` (GraphQL specification, section 7.1)."""
    errors = getattr(error, "errors", None) or [formatted(str(error), error.code)]
    return Response(orjson.dumps({"errors": errors}), status)


def formatted(message: str, code: str, path: Sequence[str | int] | None = None, **more: Any) -> dict[str, Any]:
    """An error as clients see it (GraphQL specification, section 7.1.2)."""
    error: dict[str, Any] = {"message": message}
    if path:
        error["path"] = list(path)
    error["extensions"] = {"code": code, **more}
    return error
