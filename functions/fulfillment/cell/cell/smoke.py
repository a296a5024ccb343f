"""Calls the cell's front page by its domain name: DNS, certificate, mapping and function in one go."""

import json
from typing import Any

import urllib3
from aws_lambda_powertools.utilities.typing import LambdaContext
from milkrun_core.logs import module_logger
from milkrun_core.smoke import SmokeTestFailed, passed

from cell.settings import SmokeSettings

logger = module_logger()


def run(http: urllib3.PoolManager, url: str, cell: str) -> dict[str, Any]:
    """The page must answer, and name the very cell that this stack is."""
    try:
        reply = http.request("GET", url)
        page = json.loads(reply.data)
    except (urllib3.exceptions.HTTPError, ValueError) as error:
        raise SmokeTestFailed(f"GET {url} had no sensible answer: {error}", url=url) from error
    if reply.status != 200:  # noqa: PLR2004 - HTTP's own number
        raise SmokeTestFailed(f"GET {url} answered {reply.status}", url=url, answered=reply.status)
    if page.get("cell") != cell:
        raise SmokeTestFailed(f"GET {url} was answered by cell {page.get('cell')}, not {cell}", url=url)
    return passed({"front page": f"{url} is cell {cell}"})


@logger.inject_lambda_context(clear_state=True)
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:  # noqa: ARG001 - Lambda passes both
    settings = SmokeSettings()
    http = urllib3.PoolManager(timeout=urllib3.Timeout(connect=2, read=25), retries=False)
    result = run(http, settings.cell_url, settings.cell)
    logger.info("smoke test passed", extra={"tested_release": event.get("release")})
    return result
