"""Takes rows of the catalogue's files and keeps them: the entry point of the loader."""

from collections.abc import Sequence
from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext
from milkrun_core.imports import import_rows, rows_of
from milkrun_core.logs import module_logger

from awards.schemas import AwardRow
from awards.wiring import live_awards

logger = module_logger()


def keep_awards(rows: Sequence[Any]) -> None:
    live_awards().keep(row.to_award() for row in rows_of(AwardRow, rows))


@logger.inject_lambda_context(clear_state=True)
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, int]:  # noqa: ARG001 - Lambda passes both
    written = import_rows(event, {"award.list": keep_awards})
    logger.info("rows imported", extra={"file": event["file"], **written})
    return written
