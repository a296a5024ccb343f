"""Reads a file of the catalogue row by row: gzip or plain, in constant memory, losing nothing without a word.

Lines end with a line feed alone: every other character, a quote or a carriage return among them, is text.  The last
line needs no line end.  A broken line goes to ``on_reject``; a line that repeats the one before it is counted and
passed over.  Raises FileUnusable for a file that cannot be read to its end.
"""

import gzip
import zlib
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Self

from milkrun.catalogue.errors import FileUnusable
from milkrun.catalogue.files import FileKind
from milkrun.catalogue.rows import BrokenRow, Row, RowParser

CHUNK_BYTES = 256 * 1024
MAX_LINE_BYTES = 1024 * 1024
_GZIP = b"\x1f\x8b"
_BOM = "\ufeff"


@dataclass(frozen=True)
class Reject:
    """A line that was not taken: its number (the header is 1), why, and its text as far as it is text."""

    line: int
    reason: str
    text: str


def ignore(_reject: Reject) -> None:
    """For readers that only count."""


class TableReader:
    """An open file.  Iterate over it, once, for pairs of line number and row.

    ``line`` is the last line looked at; ``read`` counts the lines behind the header, ``rejected`` and ``duplicates``
    those of them that gave no row.
    """

    def __init__(self, path: Path, kind: FileKind, on_reject: Callable[[Reject], None] = ignore) -> None:
        self.path = path
        self.kind = kind
        self.notes: list[str] = []
        self.line = 1
        self.read = 0
        self.rejected = 0
        self.duplicates = 0
        self._on_reject = on_reject
        self._closing = ExitStack()

    def __enter__(self) -> Self:
        try:
            self._open()
        except BaseException:
            self._closing.close()
            raise
        return self

    def __exit__(self, *_error: object) -> None:
        self._closing.close()

    def _open(self) -> None:
        try:
            self._raw: BinaryIO = self._closing.enter_context(self.path.open("rb"))
            self.size = self.path.stat().st_size
            zipped = self._raw.read(2) == _GZIP
            self._raw.seek(0)
        except OSError as error:
            raise FileUnusable(f"{self.path}: {error.strerror or error}") from error
        self._bytes = self._closing.enter_context(gzip.GzipFile(fileobj=self._raw)) if zipped else self._raw
        self._lines = self._split()
        header = self._header()
        self._parser = RowParser(self.kind, header)

    @property
    def position(self) -> int:
        """How many of the file's ``size`` bytes have been read."""
        return self._raw.tell()

    def _header(self) -> list[str]:
        try:
            first = next(self._lines, b"").decode().removeprefix(_BOM)
        except UnicodeDecodeError:
            raise FileUnusable(f"{self.path}: the header is no UTF-8: is this {self.kind.name}?") from None
        # Whoever saved the file with carriage returns did so in every line.
        self._line_end = b"\r" if first.endswith("\r") else b""
        header = first.removesuffix("\r").split("\t")
        known = {column.name for column in self.kind.columns}
        if missing := [column.name for column in self.kind.columns if column.required and column.name not in header]:
            raise FileUnusable(
                f"{self.path}: {self.kind.name} needs column {', '.join(missing)}; the first line has "
                f"{', '.join(header)[:200] or 'nothing'}. Is it the right file, whole, and with its header?"
            )
        if len(set(header)) != len(header):
            raise FileUnusable(f"{self.path}: a column stands twice in the header: {', '.join(header)}")
        self.notes += [f"column {name} is not known and not read" for name in header if name not in known]
        self.notes += [f"column {name} is not there: empty in every row" for name in sorted(known - set(header))]
        return header

    def __iter__(self) -> Iterator[tuple[int, Row]]:
        return self.rows()

    def rows(self, after: int = 1) -> Iterator[tuple[int, Row]]:
        """The rows behind line ``after``; those before it are not parsed."""
        before, parse, end = b"", self._parser.parse, self._line_end
        for number, raw in enumerate(self._lines, 2):
            self.line = number
            if number > after:
                self.read += 1
                if raw == before:
                    self.duplicates += 1
                    continue
                try:
                    yield number, parse(raw.removesuffix(end).decode())
                except ValueError as broken:
                    self._reject(number, broken, raw)
            before = raw

    def _reject(self, number: int, broken: ValueError, raw: bytes) -> None:
        self.rejected += 1
        reason = str(broken) if isinstance(broken, BrokenRow) else "is no UTF-8"
        self._on_reject(Reject(number, reason, raw.decode(errors="replace")))

    def _split(self) -> Iterator[bytes]:
        rest = b""
        while chunk := self._chunk():
            *whole, rest = (rest + chunk).split(b"\n")
            if len(rest) > MAX_LINE_BYTES:
                raise FileUnusable(f"{self.path}: a line is longer than {MAX_LINE_BYTES} bytes: is this a TSV file?")
            yield from whole
        if rest:
            yield rest

    def _chunk(self) -> bytes:
        try:
            return self._bytes.read(CHUNK_BYTES)
        except EOFError:
            raise FileUnusable(f"{self.path}: the gzip file ends too early: fetch it again") from None
        except (zlib.error, gzip.BadGzipFile) as error:
            raise FileUnusable(f"{self.path}: the gzip file is damaged ({error}): fetch it again") from error
        except OSError as error:
            raise FileUnusable(f"{self.path}: {error.strerror or error}") from error
