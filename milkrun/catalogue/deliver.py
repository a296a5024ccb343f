"""Brings one batch of rows to an importer, whatever it takes: waiting, and halving a batch to find the row at fault.

An importer may write a row twice: every put is one that repeating does not change.
"""

import random
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol

from milkrun.catalogue.errors import ImporterAway, ImporterBroken, Refused, Throttled
from milkrun.catalogue.files import FileKind
from milkrun.catalogue.reader import Reject
from milkrun.catalogue.rows import Row, line_of

TRIES_OF_ONE_ROW = 4
HOPELESS = 20


class Importer(Protocol):
    """Who takes the rows of a file."""

    def put(self, file: str, rows: Sequence[Row]) -> int:
        """Write the rows, and return how many were written.

        Raises Throttled where another try may do, and Refused where one of the rows is at fault.
        """
        ...


class Interrupted(Exception):
    """The load is being ended: what waits shall not wait on."""


@dataclass(frozen=True)
class Patience:
    """How long to wait between two tries (seconds: the first time, and at most), and for how long in all."""

    first: float = 0.1
    longest: float = 5
    altogether: float = 60
    stop: threading.Event = field(default_factory=threading.Event)

    def wait(self, tried: int) -> None:
        """Wait before try ``tried`` + 1, by chance shorter.  Raises Interrupted when the load is being ended."""
        most = min(self.longest, self.first * 2**tried)
        if self.stop.wait(random.uniform(most / 2, most)):  # noqa: S311 - only spreads the tries
            raise Interrupted


@dataclass
class Delivered:
    """What became of a batch."""

    written: int = 0
    refused: list[Reject] = field(default_factory=list)


def deliver(importer: Importer, kind: FileKind, rows: Sequence[tuple[int, Row]], patience: Patience) -> Delivered:
    """Bring pairs of line number and row to the importer.

    Raises ImporterAway when it stays throttled, ImporterBroken when it refuses everything, Interrupted when told so.
    """
    done = Delivered()
    waiting = [list(rows)] if rows else []
    while waiting:
        part = waiting.pop()
        try:
            done.written += _put(importer, kind.name, part, patience)
        except Refused as refused:
            if len(part) > 1:
                middle = len(part) // 2
                waiting += [part[middle:], part[:middle]]
                continue
            line, row = part[0]
            done.refused.append(Reject(line, str(refused), line_of(kind, row)))
            if len(done.refused) >= HOPELESS and not done.written:
                raise ImporterBroken(
                    f"the importer of {kind.name} refuses every row, the last one because: {refused}"
                ) from refused
    return done


def _put(importer: Importer, file: str, part: list[tuple[int, Row]], patience: Patience) -> int:
    rows = [row for _, row in part]
    deadline = time.monotonic() + patience.altogether
    tried = refusals = 0
    while True:
        if patience.stop.is_set():
            raise Interrupted
        try:
            return importer.put(file, rows)
        except Throttled as busy:
            if time.monotonic() >= deadline:
                message = f"the importer of {file} took nothing for {patience.altogether:g} s: {busy}"
                raise ImporterAway(f"{message}. The same command goes on from here.") from busy
        except Refused:
            # A single row is lost for good when it is refused: it must not be for a passing fault.
            refusals += 1
            if len(rows) > 1 or refusals >= TRIES_OF_ONE_ROW:
                raise
        patience.wait(tried)
        tried += 1
