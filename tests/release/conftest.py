"""The release tests share one local cloud with the baselines and the delivery stack; each test has its own service."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from milkrun.bootstrap import lay_baseline
from milkrun.delivery_stack import deploy_delivery
from milkrun.environment import Environment, local_environment
from milkrun.local.cloud import LocalCloud
from tests.support.releases import Given, Scenario, Then, When, scenario

ROOT = Path(__file__).resolve().parents[2]
INTERPRETER = ROOT / ".milkrun" / "envs" / "cloud" / "bin" / "python"


@pytest.fixture(scope="session")
def fleet_cloud(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Environment]:
    """A local cloud that can release."""
    state = tmp_path_factory.mktemp("release-cloud")
    cloud = LocalCloud(state, interpreter=INTERPRETER)
    status = cloud.start(cloud_port=0, edge_port=0)
    patch = pytest.MonkeyPatch()
    try:
        assert status.cloud_port is not None
        assert status.edge_port is not None
        environment = local_environment(ROOT, state, (status.cloud_port, status.edge_port))
        patch.setenv("AWS_ENDPOINT_URL", cloud.endpoint_url)
        patch.setenv("AWS_DEFAULT_REGION", "us-east-1")
        lay_baseline(environment)
        deploy_delivery(environment)
        yield environment
    finally:
        patch.undo()
        cloud.stop()


@pytest.fixture
def story(fleet_cloud: Environment, tmp_path: Path, request: pytest.FixtureRequest) -> Scenario:
    """A service of the test's own."""
    name = re.sub(r"[^a-z0-9]+", "-", request.node.name.removeprefix("test_").lower())[:24].strip("-")
    return scenario(fleet_cloud, name, tmp_path)


@pytest.fixture
def given(story: Scenario) -> Given:
    return Given(story)


@pytest.fixture
def when(story: Scenario) -> When:
    return When(story)


@pytest.fixture
def then(story: Scenario) -> Then:
    return Then(story)
