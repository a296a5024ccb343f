"""What the registry's unit tests share."""

import pytest
from registry import submissions

from tests.support.packing import LambdaContextStub
from tests.support.registry import FakePorts


@pytest.fixture
def fake(monkeypatch: pytest.MonkeyPatch) -> FakePorts:
    fake = FakePorts()
    monkeypatch.setattr(submissions, "live_ports", fake.ports)
    return fake


@pytest.fixture
def context() -> LambdaContextStub:
    return LambdaContextStub()
