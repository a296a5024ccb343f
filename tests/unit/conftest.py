"""Unit tests have no network and no AWS account: a call that leaves the process fails at once."""

import gc
from collections.abc import Iterator
from functools import cache, partial

import pytest
import pytest_socket
from botocore.loaders import JSONFileLoader

from tests.support.offline import no_account

# Every session reads the services' descriptions anew, and tests make many: most of what a test of a store would take.
_read_file = cache(partial(JSONFileLoader.load_file, JSONFileLoader()))
JSONFileLoader.load_file = lambda _, path: _read_file(path)  # type: ignore[assignment,method-assign]
# What is imported here stays; the collector would look through it again with every few hundred new objects.
gc.set_threshold(100_000, 50, 100)


@pytest.fixture(autouse=True)
def _closed_network() -> Iterator[None]:
    pytest_socket.disable_socket(allow_unix_socket=True)
    yield
    pytest_socket.enable_socket()


@pytest.fixture(autouse=True)
def _no_account(monkeypatch: pytest.MonkeyPatch) -> None:
    no_account(monkeypatch)
