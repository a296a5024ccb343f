"""Lambda: an execution environment starts without unpacking again what was unpacked before.

The gap: every worker unpacks its code and all its layers for itself, in the emulator's own process, which answers
nobody meanwhile: a quarter of a second for a layer of a thousand files.
AWS: code and layers are prepared once per version; an environment finds them in place, read-only.
Conformance: tests/integration/local/test_lambda_unpacking.py
"""

import hashlib
import os
import shutil
import tempfile
import zipfile
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from milkrun.local.patches import hooks


def apply() -> None:
    """Unpack each zip once, and give workers links to it."""
    hooks.when_imported("ministack.core.lambda_runtime", _patch)


def _patch(runtime: hooks.Module) -> None:
    hooks.wrap(runtime, "Worker._spawn", "self", lambda real: real)  # only to check that what unpacks is still there
    names = {name: getattr(zipfile, name) for name in zipfile.__all__}
    runtime.zipfile = SimpleNamespace(**names | {"ZipFile": _SharedZip})


class _SharedZip(zipfile.ZipFile):
    """A zip whose content is unpacked once per digest, and linked from then on."""

    def __init__(self, file: Any, *rest: Any, **named: Any) -> None:
        super().__init__(file, *rest, **named)
        self._unpacked = Path(tempfile.gettempdir()) / "unpacked" / _digest(Path(file))

    def namelist(self) -> list[str]:
        # The emulator looks through the names for ones that lead out of the folder: once is enough.
        return [] if self._unpacked.exists() else super().namelist()

    def extractall(self, path: Any = None, *_: Any) -> None:
        if not self._unpacked.exists():
            self._unpack()
        for entry in self._unpacked.iterdir():
            Path(path, entry.name).symlink_to(entry)

    def _unpack(self) -> None:
        self._unpacked.parent.mkdir(parents=True, exist_ok=True)
        fresh = tempfile.mkdtemp(dir=self._unpacked.parent)
        super().extractall(fresh)
        try:
            os.rename(fresh, self._unpacked)
        except OSError:
            shutil.rmtree(fresh)


def _digest(file: Path) -> str:
    with file.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()
