"""Loads a file into its graphlet: batches, several at once, acknowledged in the order of the file.

Lines are marked as done only in their order, so a load that was interrupted, in whatever way, goes on from its
checkpoint and delivers every row at least once; because puts repeat without harm, in effect once.
"""

import time
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path

from milkrun.catalogue.checkpoint import Book, Checkpoint, digest_of
from milkrun.catalogue.deliver import Delivered, Importer, Patience, deliver
from milkrun.catalogue.errors import FileUnusable
from milkrun.catalogue.files import FileKind
from milkrun.catalogue.reader import TableReader
from milkrun.catalogue.rows import Row, Value

type Key = tuple[Value, ...]

BATCH_ROWS = 500
AT_ONCE = 4


@dataclass(frozen=True)
class Batch:
    """Rows by key, with their line numbers, and what else was up to ``last_line``; ``share`` of the file is read."""

    rows: dict[Key, tuple[int, Row]]
    last_line: int
    read: int
    rejected: int
    duplicates: int
    share: float


@dataclass(frozen=True)
class Summary:
    """What a load did: all counts are of the whole file; ``rate`` is rows a second of this call alone."""

    file: str
    read: int
    written: int
    rejected: int
    duplicates: int
    seconds: float
    rate: float
    went_on_from: int
    as_it_was: bool
    notes: tuple[str, ...] = ()
    rejects_in: str | None = None


def batches(reader: TableReader, after: int = 1) -> Iterator[Batch]:
    """The rows behind line ``after``, in batches in which no key stands twice: a later row replaces an earlier one."""
    rows: dict[Key, tuple[int, Row]] = {}
    read = rejected = 0
    for line, row in reader.rows(after):
        rows[tuple(row[name] for name in reader.kind.key)] = line, row
        if len(rows) == BATCH_ROWS:
            yield _batch(reader, rows, reader.read - read, reader.rejected - rejected)
            rows, read, rejected = {}, reader.read, reader.rejected
    yield _batch(reader, rows, reader.read - read, reader.rejected - rejected)


def _batch(reader: TableReader, rows: dict[Key, tuple[int, Row]], read: int, rejected: int) -> Batch:
    duplicates = read - rejected - len(rows)
    return Batch(rows, reader.line, read, rejected, duplicates, reader.position / reader.size)


class Load:
    """One file on its way to one importer."""

    def __init__(
        self,
        path: Path,
        kind: FileKind,
        importer: Importer,
        book: Book,
        *,
        restart: bool = False,
        at_once: int = AT_ONCE,
        patience: Patience | None = None,
    ) -> None:
        self._path, self._kind, self._importer, self._book = path, kind, importer, book
        self._restart, self._at_once = restart, at_once
        self._patience = patience or Patience()
        self._notes: list[str] = []

    def run(self, say: Callable[[str], None] = lambda _text: None) -> Summary:
        """Bring the file to its end; ``say`` hears how far it is.

        Raises FileUnusable, ImporterAway and ImporterBroken; the next call goes on from what was done until then.
        """
        began = time.monotonic()
        with self._book:
            start = self._book.open(self._digest(), restart=self._restart)
            at = start if start.done else self._bring(start, say)
        seconds = max(time.monotonic() - began, 1e-6)
        return Summary(
            file=self._kind.name,
            read=at.read,
            written=at.written,
            rejected=at.rejected,
            duplicates=at.duplicates,
            seconds=round(seconds, 3),
            rate=round((at.read - start.read) / seconds),
            went_on_from=start.line,
            as_it_was=start.done,
            notes=tuple(self._notes),
            rejects_in=str(self._book.rejects) if at.rejected else None,
        )

    def _digest(self) -> str:
        try:
            return digest_of(self._path)
        except OSError as error:
            raise FileUnusable(f"{self._path}: {error.strerror or error}") from error

    def _bring(self, start: Checkpoint, say: Callable[[str], None]) -> Checkpoint:
        at, began = start, time.monotonic()
        waiting: deque[tuple[Batch, Future[Delivered]]] = deque()
        with (
            TableReader(self._path, self._kind, self._book.reject) as reader,
            ThreadPoolExecutor(self._at_once) as pool,
        ):
            self._notes += reader.notes
            try:
                for batch in batches(reader, at.line):
                    # Of two rows with one key the later must be written last.
                    while any(not batch.rows.keys().isdisjoint(other.rows) for other, _ in waiting):
                        at = self._acknowledge(at, *waiting.popleft())
                    waiting.append((batch, pool.submit(self._deliver, batch)))
                    if len(waiting) >= 2 * self._at_once:
                        at = self._acknowledge(at, *waiting.popleft())
                        say(_progress(at, start, batch.share, time.monotonic() - began))
                while waiting:
                    at = self._acknowledge(at, *waiting.popleft())
                at = replace(at, done=True)
            except BaseException:
                self._patience.stop.set()
                for _, future in waiting:
                    future.cancel()
                raise
            finally:
                self._book.save(at)
        return at

    def _deliver(self, batch: Batch) -> Delivered:
        return deliver(self._importer, self._kind, list(batch.rows.values()), self._patience)

    def _acknowledge(self, at: Checkpoint, batch: Batch, future: Future[Delivered]) -> Checkpoint:
        delivered = future.result()
        for refused in delivered.refused:
            self._book.reject(refused)
        at = replace(
            at,
            line=batch.last_line,
            read=at.read + batch.read,
            written=at.written + delivered.written,
            rejected=at.rejected + batch.rejected + len(delivered.refused),
            duplicates=at.duplicates + batch.duplicates,
        )
        self._book.save(at)
        return at


def _progress(at: Checkpoint, start: Checkpoint, share: float, seconds: float) -> str:
    rejected = f", {at.rejected:,} rejected" if at.rejected else ""
    return f"{share:.0%}  {at.read:,} rows{rejected}  {(at.read - start.read) / seconds:,.0f} rows/s"
