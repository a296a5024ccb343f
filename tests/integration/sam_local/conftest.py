"""A local cloud with the stacks that the tests ask for, reachable from containers."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from milkrun.environment import Environment, local_environment
from milkrun.local.cloud import Account, LocalCloud
from tests.support import docker
from tests.support.forwarder import forwarding
from tests.support.machine import lacking
from tests.support.sam import ROOT, Sam
from tests.support.stacks import Stacks


@pytest.fixture(scope="session")
def bridge() -> str:
    """The machine's address as containers see it; skips where there is no Docker."""
    reason = docker.why_not()
    if reason:
        lacking(reason)
    return docker.bridge_address()


@pytest.fixture(scope="session")
def cloud(bridge: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Environment]:
    """A cloud of our own on free ports, which containers reach at the bridge's address."""
    state = tmp_path_factory.mktemp("sam-local-cloud")
    local = LocalCloud(state, interpreter=ROOT / ".milkrun/envs/cloud/bin/python")
    accounts = [
        Account(name, found.id, found.regions) for name, found in local_environment(ROOT).fleet.accounts.items()
    ]
    status = local.start(cloud_port=0, edge_port=0, accounts=accounts)
    try:
        assert status.cloud_port
        assert status.edge_port
        ports = (status.cloud_port, status.edge_port)
        with forwarding(bridge, list(ports)):
            yield local_environment(ROOT, state, ports)
    finally:
        local.stop()


@pytest.fixture(scope="session")
def stacks(cloud: Environment, tmp_path_factory: pytest.TempPathFactory) -> Stacks:
    """Stacks by module name, each deployed when first asked for."""
    folder: Path = tmp_path_factory.mktemp("sam-build")
    return Stacks(cloud, lambda environment: Sam(folder, environment))
