"""What all tests share: which of them take turns on one cloud when several run side by side."""

import signal

import pytest
from xdist.remote import Producer  # type: ignore[import-untyped]
from xdist.scheduler import LoadScopeScheduling  # type: ignore[import-untyped]

# What a shell starts in the background ignores interrupts, and so would the programs that tests start and interrupt.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)


class OneCloudAGroup(LoadScopeScheduling):  # type: ignore[misc]
    """Runs the tests of a group in one process, in order, on one cloud, and groups side by side.

    The groups are the fleet (e2e), the release machines, and each folder of the integration tests.
    """

    def _split_scope(self, nodeid: str) -> str:
        _, kind, folder, *_ = nodeid.split("/")
        return folder if kind == "integration" else kind


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> LoadScopeScheduling | None:
    """Our groups are the scopes of `--dist loadscope`."""
    return OneCloudAGroup(config, log) if config.getvalue("dist") == "loadscope" else None
