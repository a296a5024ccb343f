"""Rows that a loader sends: all of them are right, or none is written."""

from typing import Any

import pytest
from milkrun_core.errors import InvalidRequest
from milkrun_core.imports import MAX_ROWS, import_rows, rows_of
from pydantic import BaseModel


class Row(BaseModel):
    """A row of a file."""

    name: str
    year: int | None


def write(event: dict[str, Any]) -> tuple[dict[str, int], list[Row]]:
    written: list[Row] = []
    answer = import_rows(event, {"things.list": lambda rows: written.extend(rows_of(Row, rows))})
    return answer, written


def test_rows_are_written_and_counted() -> None:
    rows = [{"name": "a", "year": "1954", "more": "x"}, {"name": "b", "year": None}]
    assert write({"file": "things.list", "rows": rows}) == (
        {"written": 2},
        [Row(name="a", year=1954), Row(name="b", year=None)],
    )


@pytest.mark.parametrize(
    ("event", "field"),
    [
        ({}, "file"),
        ({"file": "others.list", "rows": []}, "file"),
        ({"file": "things.list"}, "rows"),
        ({"file": "things.list", "rows": [{}] * (MAX_ROWS + 1)}, "rows"),
        ({"file": "things.list", "rows": [{"name": "a", "year": "1"}, {"name": "b", "year": "soon"}]}, "rows[1].year"),
    ],
)
def test_an_event_that_is_wrong_is_refused_with_the_name_of_the_field(event: dict[str, Any], field: str) -> None:
    with pytest.raises(InvalidRequest) as refused:
        write(event)
    assert refused.value.message.startswith(f"{field}:")
