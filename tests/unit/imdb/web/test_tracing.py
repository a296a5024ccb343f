"""Trace context comes from strangers: what is not one begins a new trace."""

import pytest
from web.tracing import continued

PARENT = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"


@pytest.mark.parametrize("sent", [PARENT, f" {PARENT} ", "cc" + PARENT[2:] + "-what-comes-later"])
def test_a_trace_goes_on_with_a_span_of_our_own(sent: str) -> None:
    trace = continued(sent)

    assert trace.header == f"00-{PARENT[3:35]}-{trace.span_id}-01"
    assert trace.span_id != PARENT[36:52]


@pytest.mark.parametrize(
    "sent",
    [
        None,
        "",
        "x",
        PARENT.upper(),
        PARENT[:-1],
        f"ff{PARENT[2:]}",
        f"{PARENT}\n{PARENT}",
        PARENT.replace(PARENT[3:35], "0" * 32),
        PARENT.replace(PARENT[36:52], "0" * 16),
    ],
)
def test_what_is_no_trace_begins_a_new_one(sent: str | None) -> None:
    one, other = continued(sent), continued(sent)

    assert one.trace_id not in (PARENT[3:35], other.trace_id)
    assert (len(one.trace_id), len(one.span_id), one.flags) == (32, 16, "01")
