"""A release table in moto."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
from delivery import store as module
from delivery.store import ReleaseStore
from moto import mock_aws

from milkrun.release.template import read_template

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture
def table() -> Iterator[Any]:
    """The client of a table as the template has it."""
    given = read_template(ROOT / "template.yaml")["Resources"]["ReleaseTable"]["Properties"]
    known = ("BillingMode", "AttributeDefinitions", "KeySchema", "GlobalSecondaryIndexes")
    with mock_aws():
        client = boto3.client("dynamodb", region_name="us-east-1")
        client.create_table(TableName="releases", **{name: given[name] for name in known})
        yield client


@pytest.fixture
def log(table: Any) -> Iterator[ReleaseStore]:
    module._releases.clear()
    yield ReleaseStore(table, "releases")
    module._releases.clear()
