"""One digest over source files: tells whether what was built or deployed is still what the folder holds."""

import hashlib
from collections.abc import Iterable, Iterator
from pathlib import Path

_IGNORED = {"__pycache__", ".aws-sam", ".mypy_cache", ".ruff_cache", ".pytest_cache"}


def source_digest(root: Path, paths: Iterable[str]) -> str:
    """SHA-256 over names and contents of everything at or below ``paths``, which are relative to ``root``."""
    digest = hashlib.sha256()
    for file in sorted({file for path in paths for file in _files(root / path)}):
        digest.update(str(file.relative_to(root)).encode() + b"\0")
        digest.update(hashlib.sha256(file.read_bytes()).digest())
    return digest.hexdigest()


def _files(path: Path) -> Iterator[Path]:
    if path.is_file():
        yield path
    elif path.is_dir() and path.name not in _IGNORED:
        for child in path.iterdir():
            yield from _files(child)


def stack_sources(service: str) -> tuple[str, ...]:
    """What a service's stack is built from: its folder, the layers, and the lock file of what they carry."""
    own = (
        ("template.yaml", "statemachines", "functions/delivery") if service == "delivery" else (f"functions/{service}",)
    )
    return (*own, "layers", "samconfig.toml")
