"""API Gateway: a function behind a custom domain sees the path and the host that its caller asked for.

The gap: host, `path` and `requestContext.path` are those of the API's own address.
AWS: with a custom domain, Host and `requestContext.domainName` are the domain, and `path` still holds the base path of
the mapping (which is why Powertools' resolver has `strip_prefixes`); `resource` and `pathParameters` do not.
Conformance: tests/integration/local/test_edge.py

The edge stands in front and knows what was asked for; it says so in headers of its own, which end here.
"""

import contextvars
from dataclasses import dataclass
from typing import Any

from milkrun.local.patches import hooks

HOST_HEADER = "x-milkrun-host"
BASE_PATH_HEADER = "x-milkrun-base-path"


@dataclass(frozen=True)
class _Asked:
    host: str
    base_path: str


_asked: contextvars.ContextVar[_Asked | None] = contextvars.ContextVar("milkrun_asked", default=None)


def apply() -> None:
    """Take the edge's headers off at the door, and put what they say into the event."""
    hooks.when_imported("ministack.services.apigateway_v1", _patch)


def _patch(service: hooks.Module) -> None:
    hooks.wrap(service, "handle_execute", "api_id stage_name method path headers body query_params", _handle)
    parameters = (
        "api_id stage_name stage resource request_path method headers body query_params path_params "
        "binary_media_types authorizer_context caller_identity"
    )
    hooks.wrap(service, "_build_lambda_event_v1", parameters, _build)


def _handle(real: Any) -> Any:
    async def handle(api_id: str, stage_name: str, method: str, path: str, headers: Any, *rest: Any) -> Any:
        headers = dict(headers)
        host, base_path = headers.pop(HOST_HEADER, None), headers.pop(BASE_PATH_HEADER, "")
        if host is not None:
            headers["host"] = host
        token = _asked.set(_Asked(host, base_path) if host is not None else None)
        try:
            return await real(api_id, stage_name, method, path, headers, *rest)
        finally:
            _asked.reset(token)

    return handle


def _build(real: Any) -> Any:
    def build(*arguments: Any, **named: Any) -> Any:
        event = real(*arguments, **named)
        asked = _asked.get()
        if asked is not None:
            name = asked.host.partition(":")[0]
            prefix = f"/{asked.base_path}" if asked.base_path else ""
            event["path"] = prefix + event["path"]
            event["requestContext"].update(path=event["path"], domainName=name, domainPrefix=name.partition(".")[0])
        return event

    return build
