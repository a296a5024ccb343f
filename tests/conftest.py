"""What all tests share: which of them take turns on one cloud when several run side by side."""

import signal
from pathlib import Path

import pytest

TESTS = Path(__file__).parent

# What a shell starts in the background ignores interrupts, and so would the programs that tests start and interrupt.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)


# Before pytest-xdist, which reads the marks.
@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what needs a cloud with its group: a group runs in one process, in order, on one cloud.

    The groups are the fleet (e2e), the release machines, and each folder of the integration tests.
    """
    for item in items:
        kind, *rest = item.path.relative_to(TESTS).parts
        if kind in ("e2e", "release", "integration"):
            item.add_marker(pytest.mark.xdist_group(rest[0] if kind == "integration" else kind))
