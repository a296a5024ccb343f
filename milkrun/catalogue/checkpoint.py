"""How far a file has come, kept beside the local cloud's state, so that a load that ended goes on where it was."""

import hashlib
import json
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Self, TextIO

from milkrun.catalogue.reader import Reject


@dataclass(frozen=True)
class Checkpoint:
    """Every line up to ``line`` of the file with this digest was written or rejected; ``done``: there are no more."""

    digest: str
    line: int = 1
    read: int = 0
    written: int = 0
    rejected: int = 0
    duplicates: int = 0
    done: bool = False


def digest_of(path: Path) -> str:
    """The digest of a file's bytes.  Raises OSError."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


class Book:
    """The checkpoint and the rejected lines of one file at one destination.

    Rejected lines are written as they come; a checkpoint that is older than some of them makes ``open`` forget those.
    """

    def __init__(self, folder: Path, file: str) -> None:
        self._note = folder / f"{file}.json"
        self.rejects = folder / f"{file}.rejects.tsv"
        self._file: TextIO | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        if self._file:
            self._file.close()
            self._file = None

    def open(self, digest: str, *, restart: bool = False) -> Checkpoint:
        """Where to go on: at the start for another file than last time.  Rejects behind that place are forgotten."""
        held = None if restart else self._held()
        at = held if held and held.digest == digest else Checkpoint(digest)
        self._note.parent.mkdir(parents=True, exist_ok=True)
        self._forget_rejects_behind(at.line)
        self.save(at)
        return at

    def save(self, at: Checkpoint) -> None:
        """Write in one step: whoever reads sees the whole note, and on the disk every line rejected before it."""
        if self._file:
            self._file.flush()
        draft = self._note.with_suffix(".new")
        draft.write_text(json.dumps(asdict(at)))
        draft.replace(self._note)

    def reject(self, reject: Reject) -> None:
        """Add a line that was not taken: number, reason, and the line as it was."""
        if self._file is None:
            self._file = self.rejects.open("a", encoding="utf-8", errors="backslashreplace", newline="\n")
        reason = reject.reason.replace("\t", " ").replace("\n", " ")
        self._file.write(f"{reject.line}\t{reason}\t{reject.text}\n")

    def _held(self) -> Checkpoint | None:
        try:
            return replace(Checkpoint(""), **json.loads(self._note.read_text()))
        except (OSError, ValueError, TypeError):
            return None

    def _forget_rejects_behind(self, line: int) -> None:
        if not self.rejects.exists():
            return
        draft = self.rejects.with_suffix(".new")
        with (
            self.rejects.open(encoding="utf-8", errors="replace", newline="\n") as before,
            draft.open("w", encoding="utf-8", newline="\n") as after,
        ):
            after.writelines(one for one in before if _is_whole(one) and int(one.partition("\t")[0]) <= line)
        draft.replace(self.rejects)


def _is_whole(line: str) -> bool:
    """Whether a kill did not cut the line short."""
    return line.endswith("\n") and line.partition("\t")[0].isdecimal()
