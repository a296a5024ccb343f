"""Takes rows of the catalogue's files and keeps them: the entry point of the loader."""

from collections.abc import Sequence
from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext
from milkrun_core.imports import import_rows, rows_of
from milkrun_core.logs import module_logger

from titles.schemas import PrincipalRow, TitleRow
from titles.wiring import live_titles

logger = module_logger()


def keep_titles(rows: Sequence[Any]) -> None:
    live_titles().keep(row.to_title() for row in rows_of(TitleRow, rows))


def keep_credits(rows: Sequence[Any]) -> None:
    live_titles().keep_credits(row.to_credit() for row in rows_of(PrincipalRow, rows))


@logger.inject_lambda_context(clear_state=True)
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, int]:  # noqa: ARG001 - Lambda passes both
    written = import_rows(event, {"title.basics": keep_titles, "title.principals": keep_credits})
    logger.info("rows imported", extra={"file": event["file"], **written})
    return written
