"""Takes rows of the catalogue's files and keeps them: the entry point of the loader."""

from collections.abc import Sequence
from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext
from milkrun_core.imports import import_rows, rows_of
from milkrun_core.logs import module_logger

from ratings.schemas import RatingRow
from ratings.wiring import live_store

logger = module_logger()


def keep_ratings(rows: Sequence[Any]) -> None:
    live_store().keep(row.to_rating() for row in rows_of(RatingRow, rows))


@logger.inject_lambda_context(clear_state=True)
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, int]:  # noqa: ARG001 - Lambda passes both
    written = import_rows(event, {"title.ratings": keep_ratings})
    logger.info("rows imported", extra={"file": event["file"], **written})
    return written
