"""The front page of a cell: which cell, which Region, which release, which services."""

from functools import lru_cache
from typing import Any

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.logging import correlation_paths
from aws_lambda_powertools.utilities.typing import LambdaContext
from milkrun_core.aws import client
from milkrun_core.http import answer, rest_app
from milkrun_core.logs import module_logger

from cell.mappings import ApiMappings
from cell.settings import CellSettings

logger = module_logger()
app = rest_app(logger)


@lru_cache
def live_settings() -> CellSettings:
    return CellSettings()


@lru_cache
def live_mappings() -> ApiMappings:
    return ApiMappings(client("apigateway"), live_settings().domain_name)


@app.get("/")
def get_cell() -> Response[str]:
    settings = live_settings()
    services = live_mappings().services()
    logger.info("cell described", extra={"services": len(services)})
    return answer(
        200,
        {
            "cell": settings.cell,
            "region": settings.region,
            "release": settings.release,
            "services": [{"name": name, "path": f"/{name}"} for name in services],
        },
    )


@logger.inject_lambda_context(correlation_id_path=correlation_paths.API_GATEWAY_REST, clear_state=True)
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    return app.resolve(event, context)
