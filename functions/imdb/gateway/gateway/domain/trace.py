"""W3C trace context: which trace a request belongs to, and the names of the spans within it.

https://www.w3.org/TR/trace-context/
"""

import re
from dataclasses import dataclass

_FORM = re.compile(r"[0-9a-f]{2}-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(?:-.*)?")
_NO_TRACE, _NO_SPAN = "0" * 32, "0" * 16
SAMPLED = "01"


@dataclass(frozen=True, slots=True)
class Trace:
    """``span`` is the one that is open; ``parent`` the one that it belongs to, empty for the first of its trace."""

    trace: str
    span: str
    parent: str = ""
    flags: str = SAMPLED

    @property
    def header(self) -> str:
        """What the next one down is told."""
        return f"00-{self.trace}-{self.span}-{self.flags}"

    def child(self, span: str) -> "Trace":
        return Trace(self.trace, span, self.span, self.flags)


def continued(header: str, span: str, trace: str) -> Trace:
    """The trace that a caller's header names, with a new ``span`` in it; a new ``trace`` where it names none."""
    found = _FORM.fullmatch(header.strip().lower()) if header else None
    if found is None or header.startswith("ff") or found[1] == _NO_TRACE or found[2] == _NO_SPAN:
        return Trace(trace, span)
    return Trace(found[1], span, found[2], found[3])
