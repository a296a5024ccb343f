"""Every quirk of the official files once, with known answers."""

import json
from pathlib import Path
from typing import Any

import pytest

from milkrun.catalogue.files import KINDS
from milkrun.catalogue.folder import find_files
from milkrun.catalogue.reader import Reject, TableReader
from milkrun.catalogue.references import dangling
from milkrun.catalogue.rows import Row

FOLDER = Path(__file__).parents[3] / "data" / "catalogue_tsv_quirks"
EXPECTED: dict[str, Any] = json.loads((FOLDER / "expected.json").read_text())
NOT_CELLS = {"file", "key", "note", "duplicates_collapsed", "unresolvable_known_for"}


def rows_of(file: str) -> list[Row]:
    rejects: list[Reject] = []
    with TableReader(find_files(FOLDER)[file], KINDS[file], rejects.append) as reader:
        rows = [row for _, row in reader]
    assert rejects == []
    return rows


def row_of(file: str, key: Any) -> Row:
    wanted = [str(part) for part in (key if isinstance(key, list) else [key])]
    (found,) = (row for row in rows_of(file) if [row[name] for name in KINDS[file].key] == wanted)
    return found


@pytest.mark.parametrize(("file", "count"), EXPECTED["rows"].items())
def test_every_row_is_read_once(file: str, count: int) -> None:
    assert len(rows_of(file.removesuffix("_distinct"))) == count


@pytest.mark.parametrize("check", EXPECTED["checks"], ids=lambda check: f"{check['file']} {check['key']}")
def test_a_row_holds_what_is_known_of_it(check: dict[str, Any]) -> None:
    expected = {name: value for name, value in check.items() if name not in NOT_CELLS}

    row = row_of(check["file"], check["key"])

    assert {name: row[name] for name in expected} == expected


def test_titles_that_are_described_nowhere_are_found() -> None:
    (check,) = (check for check in EXPECTED["checks"] if "unresolvable_known_for" in check)

    found = [one for one in dangling(find_files(FOLDER)) if one.column == "knownForTitles"]

    assert [one.id for one in found] == check["unresolvable_known_for"]
    assert [(one.file, one.line) for one in found] == [("name.basics", 2)]
