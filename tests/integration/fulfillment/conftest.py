"""Two cells on the local cloud, each with its front page and the packing service, deployed as a developer would."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import boto3
import pytest
import urllib3
from botocore.config import Config

from milkrun.local.cloud import LocalCloud
from tests.support.sam import Sam

CELLS = {"cell-1": "700000000001", "cell-2": "700000000002"}
REGION = "us-east-1"
_HTTP = urllib3.PoolManager(timeout=urllib3.Timeout(connect=3, read=30), retries=False)
_CONFIG = Config(connect_timeout=3, read_timeout=70, retries={"total_max_attempts": 1})


@dataclass(frozen=True)
class Answer:
    """Status, body and headers of a call."""

    status: int
    body: dict[str, Any]
    headers: Mapping[str, str]


@dataclass(frozen=True)
class Cell:
    """A cell as its clients and its operators reach it."""

    name: str
    endpoint: str
    edge: str

    @property
    def host(self) -> str:
        return f"{self.name}.fulfillment.localhost:{self.edge.rsplit(':', 1)[1]}"

    def call(self, method: str, path: str, body: Any = None) -> Answer:
        """One call through the edge, by the cell's host name."""
        sent = None if body is None else json.dumps(body).encode()
        headers = {"Host": self.host, "Content-Type": "application/json"}
        reply = _HTTP.request(method, self.edge.replace("localhost", "127.0.0.1") + path, body=sent, headers=headers)
        return Answer(reply.status, json.loads(reply.data), reply.headers)

    def client(self, service: str) -> Any:
        """A client with the rights of the cell's account."""
        return boto3.client(  # type: ignore[call-overload]
            service,
            endpoint_url=self.endpoint,
            region_name=REGION,
            aws_access_key_id=CELLS[self.name],
            aws_secret_access_key="local-cloud",
            config=_CONFIG,
        )

    def output(self, stack: str, key: str) -> str:
        """An output of one of the cell's stacks."""
        described = self.client("cloudformation").describe_stacks(StackName=stack)["Stacks"][0]
        return str({one["OutputKey"]: one["OutputValue"] for one in described["Outputs"]}[key])

    def smoke(self, stack: str) -> dict[str, Any]:
        """What the stack's smoke function answers."""
        payload = json.dumps({"release": "r-1", "target": self.name})
        reply = self.client("lambda").invoke(FunctionName=self.output(stack, "SmokeFunctionName"), Payload=payload)
        answer: dict[str, Any] = json.loads(reply["Payload"].read())
        return answer


@pytest.fixture(scope="session")
def cells(local_cloud: LocalCloud, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Cell]:
    """Built once, deployed to two accounts."""
    found = {name: Cell(name, local_cloud.endpoint_url, local_cloud.edge_url) for name in CELLS}
    builder = Sam(tmp_path_factory.mktemp("built"))
    for stack, parameters in (("fulfillment-cell", _cell_parameters), ("fulfillment-pack", _pack_parameters)):
        template = builder.build(stack)
        for cell in found.values():
            _sam_in(cell, builder).deploy(stack, template, _common(cell) | parameters(cell))
    return found


@pytest.fixture(scope="session")
def cell(cells: dict[str, Cell]) -> Cell:
    return cells["cell-1"]


def _sam_in(cell: Cell, builder: Sam) -> Sam:
    return Sam(
        builder.build_folder,
        {
            "AWS_ENDPOINT_URL": cell.endpoint,
            "AWS_ACCESS_KEY_ID": CELLS[cell.name],
            "AWS_SECRET_ACCESS_KEY": "local-cloud",
            "AWS_DEFAULT_REGION": REGION,
        },
    )


def _common(cell: Cell) -> dict[str, str]:
    return {"Target": cell.name, "Release": "r-1", "DomainName": cell.host.partition(":")[0]}


def _cell_parameters(cell: Cell) -> dict[str, str]:
    return {"HostedZoneName": cell.host.partition(":")[0], "ServiceUrl": f"http://{cell.host}/"}


def _pack_parameters(cell: Cell) -> dict[str, str]:
    return {"ServiceUrl": f"http://{cell.host}/pack", "DeletionProtection": "false"}
