"""One line of a file to one row, and back.  No file, no clock: what a line means depends on the header alone.

A row maps every column that the kind has to its text, to a list of texts where the cell holds several, or to None.
Numbers are checked and stay text, so that nothing is lost on the way to whoever stores them.
"""

import json
import re
from collections.abc import Callable, Sequence

from milkrun.catalogue.files import NULL, Column, FileKind, Many

type Value = str | list[str] | None
type Row = dict[str, Value]


class BrokenRow(ValueError):
    """A line that is no row of its file; the message names the column and what it should hold."""


class RowParser:
    """Parses the lines of one file, whose header is ``header``; columns that the kind does not know are passed over.

    One pattern tells and splits a good line at once; a bad one is looked at again, cell by cell, for its reason.
    """

    def __init__(self, kind: FileKind, header: Sequence[str]) -> None:
        self._header = tuple(header)
        self._known = {column.name: column for column in kind.columns}
        found = [self._known[name] for name in header if name in self._known]
        self._names = tuple(column.name for column in found)
        self._absent: Row = {
            column.name: [] if column.many else None for column in kind.columns if column.name not in self._names
        }
        self._lists = tuple((column.name, _splitter(column.many)) for column in found if column.many)
        self._fit = re.compile("\t".join(self._cell_pattern(name) for name in header)).fullmatch

    def _cell_pattern(self, name: str) -> str:
        return f"({self._known[name].cell})" if name in self._known else r"[^\t]*"

    def parse(self, line: str) -> Row:
        """The row of a line without its line end.  Raises BrokenRow."""
        match = self._fit(line)
        if match is None:
            raise BrokenRow(self._reason(line))
        row: Row = dict(zip(self._names, match.groups(), strict=True))
        if NULL in line:
            row = {name: None if value == NULL else value for name, value in row.items()}
        for name, split in self._lists:
            cell = row[name]
            row[name] = split(name, cell) if isinstance(cell, str) and cell else []
        if self._absent:
            row |= self._absent
        return row

    def _reason(self, line: str) -> str:
        cells = line.split("\t")
        if len(cells) != len(self._header):
            return f"has {len(cells)} cells, the header has {len(self._header)}"
        for name, cell in zip(self._header, cells, strict=True):
            column = self._known.get(name)
            if column and not re.fullmatch(column.cell, cell):
                return f"{name}: {cell[:80]!r} is not {column.means}"
        return "does not fit its columns"


def _splitter(many: Many) -> Callable[[str, str], list[str]]:
    if many is Many.JSON:
        return _texts
    separator = many.value
    return lambda _name, cell: cell.split(separator)


def _texts(name: str, cell: str) -> list[str]:
    try:
        held = json.loads(cell)
    except ValueError:
        held = None
    if not isinstance(held, list) or not all(isinstance(one, str) for one in held):
        raise BrokenRow(f"{name}: {cell[:80]!r} is not a JSON list of texts")
    return held


def line_of(kind: FileKind, row: Row) -> str:
    """The line of a row, in the order of the kind's columns, without line end.

    Raises BrokenRow for a value that the format has no way to write: it knows no quoting and no escapes.
    """
    return "\t".join(_cell(column, row[column.name]) for column in kind.columns)


def _cell(column: Column, value: Value) -> str:
    cell = _joined(column, value) if isinstance(value, list) else value
    if cell is None:
        if column.nullable:
            return NULL
    elif cell != NULL and "\n" not in cell and re.fullmatch(column.cell, cell):
        return cell
    raise BrokenRow(f"{column.name}: {value!r} cannot be written")


def _joined(column: Column, values: list[str]) -> str | None:
    if not values:
        return None
    if column.many is Many.JSON:
        return json.dumps(values, ensure_ascii=False, separators=(",", ":"))
    separator: str = (column.many or Many.COMMA).value
    if values == [""] or any(separator in one for one in values):
        raise BrokenRow(f"{column.name}: {values!r} cannot be written")
    return separator.join(values)
