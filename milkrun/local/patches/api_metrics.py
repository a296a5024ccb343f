"""API Gateway: every request of a REST API is counted.

The gap: no metrics at all.
AWS: namespace AWS/ApiGateway, dimensions ApiName and ApiName + Stage: Count, 4XXError and 5XXError (their average is
the error rate), Latency and IntegrationLatency in milliseconds.
Conformance: tests/integration/local/test_api_gateway.py
"""

import contextvars
import time
from typing import Any

from milkrun.local.patches import hooks, metric_points

NAMESPACE = "AWS/ApiGateway"


def apply() -> None:
    """Count where every request enters."""
    hooks.when_imported("ministack.services.apigateway_v1", _patch)


def _patch(service: hooks.Module) -> None:
    parameters = "api_id stage_name method path headers body query_params"
    hooks.wrap(service, "handle_execute", parameters, lambda real: _handle(real, service))


def values_of(status: int, milliseconds: float) -> dict[str, tuple[float, str]]:
    """What one request adds to the metrics."""
    latency = (float(round(milliseconds)), "Milliseconds")
    return {
        "Count": (1, "Count"),
        "4XXError": (int(400 <= status < 500), "Count"),  # noqa: PLR2004
        "5XXError": (int(status >= 500), "Count"),  # noqa: PLR2004
        "Latency": latency,
        "IntegrationLatency": latency,
    }


def _handle(real: Any, service: hooks.Module) -> Any:
    async def handle(api_id: str, stage_name: str, *rest: Any) -> Any:
        begun = time.perf_counter()
        answer = await real(api_id, stage_name, *rest)
        owner = service.find_api_scope(api_id)
        if owner is not None:
            values = values_of(int(answer[0]), (time.perf_counter() - begun) * 1000)
            contextvars.copy_context().run(_record, service, owner, api_id, stage_name, values)
        return answer

    return handle


def _record(service: hooks.Module, owner: tuple[str, str], api_id: str, stage: str, values: Any) -> None:
    from ministack.core.responses import (  # type: ignore[import-not-found]  # noqa: PLC0415
        set_request_account_id,
        set_request_region,
    )

    set_request_account_id(owner[0])
    set_request_region(owner[1])
    name = service._rest_apis.get_scoped(*owner, api_id)["name"]
    metric_points.record(NAMESPACE, {"ApiName": name}, values)
    metric_points.record(NAMESPACE, {"ApiName": name, "Stage": stage}, values)
