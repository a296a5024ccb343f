"""One digest over source files: tells whether what was built or deployed is still what the folder holds."""

import hashlib
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

_LAYER = re.compile(r"ContentUri: (?:\.\./)*layers/([a-z0-9-]+)")
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


def stack_sources(root: Path, service: str) -> tuple[str, ...]:
    """What a service's stack is built from: its folder, and the layers that its template names."""
    if service == "delivery":
        own: tuple[str, ...] = ("template.yaml", "statemachines", "functions/delivery")
        template = root / "template.yaml"
    else:
        own = (f"functions/{service}",)
        template = root / "functions" / service / "template.yaml"
    layers = sorted(set(_LAYER.findall(template.read_text())))
    return (*own, *(f"layers/{layer}" for layer in layers), "samconfig.toml")
