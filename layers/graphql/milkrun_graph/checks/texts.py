"""Changes that no operation feels: deprecation and descriptions."""

from collections.abc import Iterator
from typing import Any

from milkrun_graph.checks.change import Change


def text_changes(where: str, old: Any, new: Any) -> Iterator[Change]:
    """Deprecation and description of one element of a schema."""
    before, after = getattr(old, "deprecation_reason", None), getattr(new, "deprecation_reason", None)
    if before is None and after is not None:
        yield Change("DEPRECATED", where, f"{where} is deprecated: {after}")
    elif before is not None and after is None:
        yield Change("DEPRECATION_REMOVED", where, f"{where} is no longer deprecated")
    elif before != after:
        yield Change("DEPRECATION_REASON_CHANGED", where, f"{where} is deprecated for another reason: {after}")
    if (old.description or "") != (new.description or ""):
        yield Change("DESCRIPTION_CHANGED", where, f"{where} is described in other words")
