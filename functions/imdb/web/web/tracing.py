"""W3C trace context: the caller's trace goes on, or a new one begins (https://www.w3.org/TR/trace-context/)."""

import re
import secrets
from dataclasses import dataclass

_FORM = re.compile(r"(?!ff)[0-9a-f]{2}-(?!0{32})([0-9a-f]{32})-(?!0{16})[0-9a-f]{16}-([0-9a-f]{2})(?:-.*)?")


@dataclass(frozen=True, slots=True)
class Trace:
    """Where one page stands in a trace."""

    trace_id: str
    span_id: str
    flags: str

    @property
    def header(self) -> str:
        """What is passed on as ``traceparent``."""
        return f"00-{self.trace_id}-{self.span_id}-{self.flags}"


def continued(traceparent: str | None) -> Trace:
    """A span of our own in the caller's trace; a header that is none begins a new trace, as the standard wants."""
    found = _FORM.fullmatch((traceparent or "").strip())
    span = secrets.token_hex(8)
    return Trace(found[1], span, found[2]) if found else Trace(secrets.token_hex(16), span, "01")
