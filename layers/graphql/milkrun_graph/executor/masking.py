"""What went wrong in subgraphs: in full for the log, with an id that leads a client's report there."""

from __future__ import annotations

import logging
import re
from collections.abc import Mapping
from os import urandom
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from milkrun_graph.executor.faults import Faults

log = logging.getLogger("milkrun_graph")

CORRELATION = "correlationId"
_SOURCES = (
    ("x-request-id", re.compile(r"([\w.:-]{1,128})", re.ASCII)),
    ("traceparent", re.compile(r"[0-9a-f]{2}-([0-9a-f]{32})-.*")),
    ("x-amzn-trace-id", re.compile(r"(?:.*;)?Root=([\w-]{1,64})(?:;.*)?", re.ASCII)),
)


def correlation_id(headers: Mapping[str, str]) -> str:
    """The request's own id or trace, if it is fit to be shown; otherwise a new one."""
    for name, form in _SOURCES:
        found = form.fullmatch(headers.get(name, ""))
        if found is not None:
            return found[1]
    return urandom(16).hex()


def explain(faults: Faults, headers: Mapping[str, str], *, masked: bool) -> None:
    """Log the causes once; where clients do not see them, errors get the id under which the log has them."""
    if not faults.causes:
        return
    name = correlation_id(headers)
    log.warning("subgraphs failed", extra={"correlation_id": name, "causes": faults.causes})
    if masked:
        for error in faults.errors:
            extensions: dict[str, Any] = error["extensions"]
            extensions[CORRELATION] = name
