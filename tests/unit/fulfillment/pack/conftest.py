"""The entry points of packing on fakes."""

import pytest
from pack import api, worker

from tests.support.packing import FakePorts, LambdaContextStub


@pytest.fixture
def fake(monkeypatch: pytest.MonkeyPatch) -> FakePorts:
    fake = FakePorts()
    for entry_point in (api, worker):
        monkeypatch.setattr(entry_point, "live_ports", fake.ports)
    return fake


@pytest.fixture
def context() -> LambdaContextStub:
    return LambdaContextStub()
