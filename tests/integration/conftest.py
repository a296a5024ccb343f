"""What every integration test shares: one bare local cloud, on free ports, with nothing deployed."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from milkrun.local.cloud import Account, LocalCloud

ROOT = Path(__file__).resolve().parents[2]
INTERPRETER = ROOT / ".milkrun" / "envs" / "cloud" / "bin" / "python"

# Accounts that the edge knows by name. Any other number is an account, too: it begins to exist when it is first used.
ACCOUNTS = (
    Account("cell-1", "700000000001"),
    Account("cell-2", "700000000002"),
    Account("relay", "555555555555", ("us-east-1", "us-west-2")),
)


@pytest.fixture(scope="session")
def local_cloud(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalCloud]:
    """A running local cloud; tests keep apart by using accounts of their own."""
    cloud = LocalCloud(tmp_path_factory.mktemp("local-cloud"), interpreter=INTERPRETER)
    cloud.start(cloud_port=0, edge_port=0, accounts=ACCOUNTS)
    yield cloud
    cloud.stop()
