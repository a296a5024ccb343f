"""Zips that have the same bytes whenever they have the same content."""

import hashlib
import io
import zipfile
from collections.abc import Iterator
from pathlib import Path

_LONG_AGO = (1980, 1, 1, 0, 0, 0)
_EXECUTABLE, _PLAIN = 0o755, 0o644
_REGULAR_FILE = 0o100000


def zip_folder(folder: Path) -> bytes:
    """The folder as a zip: sorted, one fixed time, modes reduced to executable or not."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as archive:
        for file in sorted(_files(folder)):
            entry = zipfile.ZipInfo(file.relative_to(folder).as_posix(), _LONG_AGO)
            entry.compress_type = zipfile.ZIP_DEFLATED
            mode = _EXECUTABLE if file.stat().st_mode & 0o100 else _PLAIN
            entry.external_attr = (_REGULAR_FILE | mode) << 16
            archive.writestr(entry, file.read_bytes())
    return buffer.getvalue()


def digest(content: bytes) -> str:
    """The SHA-256 that an object is named by."""
    return hashlib.sha256(content).hexdigest()


def _files(folder: Path) -> Iterator[Path]:
    for path in folder.rglob("*"):
        if path.is_file() and not (path.suffix == ".pyc" and _knows_the_time(path)):
            yield path


def _knows_the_time(pyc: Path) -> bool:
    """Whether a compiled module holds its source's time (PEP 552): it would differ with every build, and be useless."""
    with pyc.open("rb") as file:
        return int.from_bytes(file.read(8)[4:8], "little") & 1 == 0
