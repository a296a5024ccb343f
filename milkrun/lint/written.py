"""A template as it was written: with its lines and comments, and before the SAM transform.

cfn-lint's own rules see the transformed template, where nobody's Globals, comments or function types are left.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from cfnlint.decode.cfn_yaml import loads  # type: ignore[import-untyped]

from milkrun.environment import repository_root

FUNCTION = "AWS::Serverless::Function"
Location = tuple[int, int, int, int]


@dataclass(frozen=True)
class Mark:
    """A place in the file, as cfn-lint's nodes have it."""

    line: int
    column: int


class Line:
    """A whole line, for what is found in the text and not in a node."""

    def __init__(self, number: int, length: int) -> None:
        self.start_mark = Mark(number, 0)
        self.end_mark = Mark(number, length)


@dataclass(frozen=True)
class Resource:
    """One resource; ``key`` is its logical id with its place in the file."""

    key: str
    body: dict[str, Any]

    @property
    def type(self) -> str:
        return str(self.body.get("Type", ""))

    @property
    def properties(self) -> dict[str, Any]:
        found = self.body.get("Properties") or {}
        return found if isinstance(found, dict) else {}


class WrittenTemplate:
    """What the rules ask of a template."""

    def __init__(self, path: Path) -> None:
        self.path = path.resolve()
        self.root = repository_root(self.path.parent)
        self.text = self.path.read_text(encoding="utf-8")
        self.lines = self.text.splitlines()

    @cached_property
    def content(self) -> dict[str, Any]:
        content: dict[str, Any] = loads(self.text, str(self.path))
        return content

    def section(self, name: str) -> dict[str, Any]:
        """Parameters, Outputs, …; empty where there is none."""
        return self.content.get(name) or {}

    def resources(self, *types: str) -> Iterator[Resource]:
        """Resources of these types, or all."""
        for key, body in self.section("Resources").items():
            found = Resource(key, body)
            if not types or found.type in types:
                yield found

    def functions(self) -> Iterator[Resource]:
        """Functions with what Globals give them, the way SAM merges it: maps are merged, the function's own wins."""
        common = (self.section("Globals").get("Function")) or {}
        for function in self.resources(FUNCTION):
            yield Resource(function.key, {**function.body, "Properties": {**common, **function.properties}})

    def reason_at(self, node: Any) -> str:
        """Comment on the line of a node or right above it: where a rule's exception says why."""
        line = node.start_mark.line
        above = self.lines[line - 1].strip() if line else ""
        return _comment(self.lines[line]) or (above.lstrip("# ") if above.startswith("#") else "")


def _comment(line: str) -> str:
    # " #" begins a comment in YAML; inside of quotes it does not, and no text of ours has one there.
    return line.partition(" #")[2].strip()


def referred(value: Any) -> str | None:
    """Logical id that a Ref or GetAtt names."""
    if not isinstance(value, dict):
        return None
    if isinstance(value.get("Ref"), str):
        return str(value["Ref"])
    target = value.get("Fn::GetAtt")
    if isinstance(target, list) and target:
        return str(target[0])
    return str(target).partition(".")[0] if isinstance(target, str) else None


def walk(value: Any) -> Iterator[tuple[Any, Any]]:
    """Every key or item of a nested value with what it holds; a key knows its place in the file, an index does not."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield key, inner
            yield from walk(inner)
    elif isinstance(value, list):
        for inner in value:
            yield inner, inner
            yield from walk(inner)


def location(node: Any) -> Location:
    """Place of a node in the form that cfn-lint wants."""
    start, end = node.start_mark, node.end_mark
    return start.line, start.column, end.line, end.column
