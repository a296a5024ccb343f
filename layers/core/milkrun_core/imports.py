"""What a loader sends: rows of one file, at most 500 at a time, written so that the same row twice changes nothing."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from pydantic import BaseModel, TypeAdapter, ValidationError

from milkrun_core.errors import InvalidRequest
from milkrun_core.http import refusal

MAX_ROWS = 500


def rows_of[Row: BaseModel](row: type[Row], given: Sequence[Any]) -> list[Row]:
    """The rows as their type.  Raises InvalidRequest that names each wrong field as ``rows[3].column``."""
    try:
        return TypeAdapter(dict[str, list[row]]).validate_python({"rows": given})["rows"]  # type: ignore[valid-type]
    except ValidationError as error:
        raise refusal(error) from error


def import_rows(event: Mapping[str, Any], writers: Mapping[str, Callable[[Sequence[Any]], None]]) -> dict[str, int]:
    """Give the rows of an event to the writer of its file.

    The event is ``{"file": "name.basics", "rows": [{column: text, list or null}, …]}``, the answer ``{"written": n}``.
    Raises InvalidRequest; nothing is written then.
    """
    file, rows = event.get("file"), event.get("rows")
    if not isinstance(file, str) or file not in writers:
        raise InvalidRequest(f"file: must be {' or '.join(writers)}, not {file}")
    if not isinstance(rows, list) or len(rows) > MAX_ROWS:
        raise InvalidRequest(f"rows: must be a list of at most {MAX_ROWS}")
    writers[file](rows)
    return {"written": len(rows)}
