"""Graphlets in one process: their functions by name, their tables in moto, a gateway before them."""

import asyncio
import json
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import boto3
from milkrun_core.tables import Table
from moto import mock_aws

from tests.support.packing import LambdaContextStub

ROOT = Path(__file__).parents[2]

type Handler = Callable[[Any, Any], Any]


def event(graphlet: str, name: str) -> dict[str, Any]:
    """A sample event of a graphlet."""
    found: dict[str, Any] = json.loads((ROOT / "events/imdb" / graphlet / f"{name}.json").read_text(encoding="utf-8"))
    return found


@contextmanager
def a_table(name: str) -> Iterator[Table]:
    """A table as the graphlets' templates have it."""
    with mock_aws():
        make_table(name)
        yield Table(name)


def make_table(name: str) -> None:
    """Make a table in the moto that is there."""
    boto3.client("dynamodb", region_name="us-east-1").create_table(
        TableName=name,
        BillingMode="PAY_PER_REQUEST",
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": key, "AttributeType": "S"} for key in ("id", "shelf", "place")],
        GlobalSecondaryIndexes=[
            {
                "IndexName": "by_place",
                "KeySchema": [
                    {"AttributeName": "shelf", "KeyType": "HASH"},
                    {"AttributeName": "place", "KeyType": "RANGE"},
                ],
                "Projection": {"ProjectionType": "ALL"},
            }
        ],
    )


@dataclass
class Functions:
    """Handlers by function name, called as Lambda would: with JSON, to JSON."""

    handlers: Mapping[str, Handler]

    def __call__(self, function: str, sent: Mapping[str, Any]) -> Any:
        return json.loads(json.dumps(self.handlers[function](json.loads(json.dumps(sent)), LambdaContextStub())))


@dataclass
class InvokeInProcess:
    """The gateway's transport: a subgraph's function is called in this process."""

    functions: Functions
    name: Callable[[str], str]
    calls: list[str] = field(default_factory=list)

    def fetch(self, graph: str, body: bytes, headers: Mapping[str, str], deadline: float) -> Awaitable[bytes]:  # noqa: ARG002 - the protocol
        async def answer() -> bytes:
            self.calls.append(graph)
            await asyncio.sleep(0)
            sent = {"graphql": json.loads(body), "headers": dict(headers)}
            return json.dumps(self.functions(self.name(graph), sent)).encode()

        return answer()


@dataclass
class CountedTable:
    """A table that counts what it is asked."""

    table: Table
    reads: list[int] = field(default_factory=list)

    def read(self, ids: Any) -> Any:
        wanted = list(ids)
        self.reads.append(len(wanted))
        return self.table.read(wanted)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.table, name)
