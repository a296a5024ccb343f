"""Python made from plans: what is the same for every request of a plan is decided once, when its code is written.

A generic walk over a projection costs two to three times what straight code costs.  All names from outside
enter the source as ``repr`` of a string, and nothing else of theirs does.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from milkrun_graph.planner.plan import Types


class Untold(KeyError):
    """An object does not say its type, and what happens to it depends on that."""


def fits(target: dict[str, Any], types: Types) -> bool:
    """What ``Source.fits`` writes, for one object now.  Subgraphs may call anything a ``__typename``."""
    typename = target.get("__typename")
    return types is None or typename is None or (isinstance(typename, str) and typename in types)


def _is_none_of_them(typename: Any) -> bool:
    if typename is None:
        raise Untold
    return False


class Source:
    """Lines of Python and the constants they refer to."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.constants: dict[str, Any] = {}

    def line(self, depth: int, text: str) -> None:
        self.lines.append("    " * depth + text)

    def constant(self, value: Any) -> str:
        """A global name for a value that is no literal."""
        name = f"C{len(self.constants)}"
        self.constants[name] = value
        return name

    def fits(self, variable: str, types: Types) -> str:
        """An expression: an object without ``__typename``, or with one of these."""
        if types is None:
            return "True"
        name = self.constant(types)
        return f"((t := {variable}.get('__typename')) is None or t.__class__ is str and t in {name})"

    def told(self, variable: str, types: Types) -> str:
        """An expression: an object with one of these ``__typename``; one without raises Untold."""
        if types is None:
            return "True"
        name = self.constant(types)
        self.constants["none_of_them"] = _is_none_of_them
        return f"(t in {name} if (t := {variable}.get('__typename')).__class__ is str else none_of_them(t))"

    def build(self) -> dict[str, Callable[..., Any]]:
        """The functions that the lines define."""
        space = dict(self.constants)
        exec(compile("\n".join(self.lines), "<plan>", "exec"), space)  # noqa: S102 - written here, from constants
        return space
