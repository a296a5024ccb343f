"""An account for each test of the local cloud, so that none sees what another did."""

import itertools

import pytest

from milkrun.local.cloud import LocalCloud
from tests.support.aws import Aws

_numbers = itertools.count(800000000001)


@pytest.fixture
def aws(local_cloud: LocalCloud) -> Aws:
    """A new account of the shared local cloud."""
    return Aws(local_cloud.endpoint_url, str(next(_numbers)))
