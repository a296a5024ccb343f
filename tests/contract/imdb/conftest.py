"""The catalogue's parts beside each other, over stand-ins for AWS."""

import pytest

from tests.support.offline import no_account


@pytest.fixture(autouse=True)
def _no_account(monkeypatch: pytest.MonkeyPatch) -> None:
    no_account(monkeypatch)
