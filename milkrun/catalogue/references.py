"""Ids that lead nowhere: titles and names that one file mentions and no other describes.

The official files have many; nobody who loads them may stumble over one.  Ids are kept as bits, for there are millions.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from milkrun.catalogue.files import KINDS, NAME, TITLE, FileKind
from milkrun.catalogue.reader import TableReader

_DESCRIBED_IN = {TITLE: "title.basics", NAME: "name.basics"}
# A megabyte and a quarter for ten million ids; what is beyond is kept one by one.
_MOST_BITS = 1 << 31


@dataclass(frozen=True)
class Dangling:
    """A cell of a file that names an id which is described nowhere."""

    file: str
    line: int
    column: str
    id: str


class IdSet:
    """Ids of one prefix."""

    def __init__(self) -> None:
        self._bits = bytearray()
        self._others: set[str] = set()

    def add(self, name: str) -> None:
        number = int(name[2:])
        if number >= _MOST_BITS:
            self._others.add(name)
            return
        place = number >> 3
        if place >= len(self._bits):
            self._bits.extend(bytes(place + 1 - len(self._bits)))
        self._bits[place] |= 1 << (number & 7)

    def __contains__(self, name: str) -> bool:
        number = int(name[2:])
        if number >= _MOST_BITS:
            return name in self._others
        place = number >> 3
        return place < len(self._bits) and bool(self._bits[place] & (1 << (number & 7)))


def dangling(files: Mapping[str, Path]) -> Iterator[Dangling]:
    """Every reference that leads nowhere; those into a file that is not there are not looked at."""
    known = {pattern: _ids(file, files[file]) for pattern, file in _DESCRIBED_IN.items() if file in files}
    for name, path in files.items():
        kind = KINDS[name]
        columns = [(column.name, known[column.pattern]) for column in kind.columns if column.pattern in known]
        described = [(name, ids) for name, ids in columns if not _describes(kind, name)]
        if described:
            yield from _of_file(kind, path, described)


def _of_file(kind: FileKind, path: Path, columns: list[tuple[str, IdSet]]) -> Iterator[Dangling]:
    with TableReader(path, kind) as reader:
        for line, row in reader:
            for column, ids in columns:
                value = row[column]
                for one in [value] if isinstance(value, str) else value or ():
                    if one not in ids:
                        yield Dangling(kind.name, line, column, one)


def _describes(kind: FileKind, column: str) -> bool:
    return kind.name in _DESCRIBED_IN.values() and kind.key == (column,)


def _ids(file: str, path: Path) -> IdSet:
    (key,) = KINDS[file].key
    ids = IdSet()
    with TableReader(path, KINDS[file]) as reader:
        for _, row in reader:
            ids.add(str(row[key]))
    return ids
