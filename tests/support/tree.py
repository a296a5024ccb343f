"""The repository's own files, for tests of the repository itself."""

import ast
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]


@cache
def files() -> tuple[Path, ...]:
    """Every file that is in git or about to be, relative to the root: what is built or installed is not ours."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=30, check=True).stdout
    return tuple(sorted(Path(line) for line in listed.splitlines() if (ROOT / line).is_file()))


def below(*folders: str, suffix: str = "") -> list[Path]:
    """Files below these folders, or all with a suffix."""
    return [path for path in files() if (not folders or path.parts[0] in folders) and path.name.endswith(suffix)]


@cache
def text(path: Path) -> str:
    """Content of a text file, empty for anything else."""
    try:
        return (ROOT / path).read_text(encoding="utf-8")
    except UnicodeDecodeError:
        return ""


@cache
def parsed(path: Path) -> ast.Module:
    """Syntax tree of a Python file."""
    return ast.parse(text(path), filename=str(path))


def imports(path: Path) -> Iterator[tuple[str, int]]:
    """Every module that a file imports, relative ones resolved, with the line."""
    for node in ast.walk(parsed(path)):
        if isinstance(node, ast.Import):
            yield from ((alias.name, node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield _absolute(path, node), node.lineno


def _absolute(path: Path, node: ast.ImportFrom) -> str:
    if not node.level:
        return node.module or ""
    # Packages of modules lie in their folder; the name begins where the __init__.py files do.
    package = path.parent
    for _ in range(node.level - 1):
        package = package.parent
    names = [package.name]
    while (ROOT / package.parent / "__init__.py").exists():
        package = package.parent
        names.insert(0, package.name)
    return ".".join([*names, *([node.module] if node.module else [])])
