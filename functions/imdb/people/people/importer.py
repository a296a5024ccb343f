"""Takes rows of the catalogue's files and keeps them: the entry point of the loader."""

from collections.abc import Sequence
from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext
from milkrun_core.imports import import_rows, rows_of
from milkrun_core.logs import module_logger

from people.schemas import NameRow
from people.wiring import live_people

logger = module_logger()


def keep_names(rows: Sequence[Any]) -> None:
    live_people().keep(row.to_person() for row in rows_of(NameRow, rows))


@logger.inject_lambda_context(clear_state=True)
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, int]:  # noqa: ARG001 - Lambda passes both
    written = import_rows(event, {"name.basics": keep_names})
    logger.info("rows imported", extra={"file": event["file"], **written})
    return written
