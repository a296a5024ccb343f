"""Loading the catalogue through import functions that run on the local cloud."""

import json
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from milkrun.catalogue.destination import SERVICES, Destination, NotReleased
from milkrun.catalogue.seed import seed_catalogue
from milkrun.environment import Environment, local_environment
from milkrun.errors import FleetInvalid
from milkrun.local.cloud import LocalCloud
from tests.support.aws import Aws, eventually

ROOT = Path(__file__).resolve().parents[3]
ACCOUNTS = {"preprod": "333333333333", "imdb": "444444444444"}
STACKS = sorted({service.replace("/", "-") for service in SERVICES.values()})
SAMPLE_ROWS = 3428
# An import function as the graphlets have one: it keeps rows by their key, and raises on one that it cannot keep.
IMPORT = """
import os
import boto3

KEYS = {"title.principals": ("tconst", "ordering"), "name.basics": ("nconst",), "image.list": ("imageId",),
        "award.list": ("awardId",)}
table = boto3.resource("dynamodb").Table(os.environ["TABLE"])

def handler(event, context):
    rows = event["rows"]
    if len(rows) > 500 or any(row.get("averageRating") == "0.0" for row in rows):
        raise ValueError("not these rows")
    with table.batch_writer() as batch:
        for row in rows:
            key = "#".join(row[name] for name in KEYS.get(event["file"], ("tconst",)))
            batch.put_item(Item={"id": event["file"] + "#" + key})
    return {"written": len(rows)}
"""


def template(stack: str) -> dict[str, Any]:
    function = {
        "FunctionName": f"{stack}-import",
        "Runtime": "python3.13",
        "Handler": "index.handler",
        "Timeout": 30,
        "InlineCode": IMPORT,
        "Environment": {"Variables": {"TABLE": {"Ref": "Table"}}},
        "Policies": [{"DynamoDBWritePolicy": {"TableName": {"Ref": "Table"}}}],
    }
    table = {
        "BillingMode": "PAY_PER_REQUEST",
        "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
        "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
    }
    return {
        "Transform": "AWS::Serverless-2016-10-31",
        "Resources": {
            "Import": {"Type": "AWS::Serverless::Function", "Properties": function},
            "Table": {"Type": "AWS::DynamoDB::Table", "Properties": table},
        },
        "Outputs": {"Table": {"Value": {"Ref": "Table"}}},
    }


@pytest.fixture(scope="module")
def accounts(local_cloud: LocalCloud) -> dict[str, Aws]:
    """Import functions of all graphlets, but that of the awards, in both accounts."""
    made = {name: Aws(local_cloud.endpoint_url, number) for name, number in ACCOUNTS.items()}

    def bring(place: tuple[Aws, str]) -> str:
        aws, stack = place
        return aws.deploy(stack, template(stack))

    with ThreadPoolExecutor(4) as pool:
        places = [(aws, stack) for aws in made.values() for stack in STACKS if stack != "imdb-awards"]
        assert set(pool.map(bring, places)) == {"CREATE_COMPLETE"}
    return made


@pytest.fixture
def environment(
    local_cloud: LocalCloud, accounts: dict[str, Aws], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Environment:
    monkeypatch.setenv("AWS_ENDPOINT_URL", local_cloud.endpoint_url)
    status = local_cloud.status()
    return local_environment(ROOT, tmp_path, (status.cloud_port or 0, status.edge_port or 0))


def count(aws: Aws, stack: str) -> int:
    table = aws.outputs(stack)["Table"]
    pages = aws.client("dynamodb").get_paginator("scan").paginate(TableName=table, Select="COUNT")
    return sum(int(page["Count"]) for page in pages)


def test_the_sample_is_seeded_into_both_accounts_and_then_left_alone(
    environment: Environment, accounts: dict[str, Aws]
) -> None:
    first = seed_catalogue(environment)
    rows = {name: [count(aws, stack) for stack in STACKS if stack != "imdb-awards"] for name, aws in accounts.items()}
    began = time.process_time()
    second = seed_catalogue(environment)
    seconds = time.process_time() - began

    assert rows == {name: [864, 504, 360, 360 + 1147] for name in ACCOUNTS}
    assert (first.loaded, first.as_they_were) == (2 * (SAMPLE_ROWS - 193), 0)
    assert (second.loaded, second.as_they_were) == (0, first.loaded)
    assert seconds < 3
    assert [reason.partition(":")[0] for reason in first.not_taken] == [
        "imdb/awards is not at imdb",
        "imdb/awards is not at preprod",
    ]


def test_a_graphlet_that_is_not_there_is_named_with_the_mend(environment: Environment) -> None:
    to = Destination(environment, "imdb", ["award.list"])

    with pytest.raises(NotReleased, match=r"imdb/awards is not at imdb: release it first \(milkrun release start"):
        to.load("award.list", Path("award.list.tsv"))


def test_a_target_that_a_graphlet_never_goes_to_is_named_with_those_that_it_does(environment: Environment) -> None:
    with pytest.raises(FleetInvalid, match="'cell-1' is no target of imdb/ratings; there are: preprod, imdb"):
        Destination(environment, "cell-1", ["title.ratings"])


def test_a_load_by_hand_is_interrupted_and_goes_on(
    local_cloud: LocalCloud, accounts: dict[str, Aws], tmp_path: Path
) -> None:
    before = count(accounts["preprod"], "imdb-ratings")
    lines = [f"tt{number:07}\t{7.1 if number != 777 else 0.0}\t{number}" for number in range(1, 8_001)]
    (tmp_path / "title.ratings.tsv").write_text("\n".join(["tconst\taverageRating\tnumVotes", *lines, "broken"]))
    command = [sys.executable, "-c", "from milkrun.cli import main; main()", "--state-dir", str(local_cloud.state_dir)]
    command += ["catalogue", "load", str(tmp_path), "--target", "preprod", "--json"]

    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        note = eventually(lambda: _under_way(local_cloud.state_dir), seconds=30, what="the first batch")
        process.send_signal(signal.SIGINT)
        _, error = process.communicate(timeout=30)
    stopped = json.loads(note.read_text())
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=120)

    assert process.returncode == 130, error
    assert "stopped: the same command goes on from here" in error
    assert 1 < stopped["line"] < 8_000
    assert done.returncode == 0, done.stderr
    (summary,) = json.loads(done.stdout)
    assert summary["went_on_from"] == stopped["line"]
    assert (summary["read"], summary["written"], summary["rejected"]) == (8_001, 7_999, 2)
    assert count(accounts["preprod"], "imdb-ratings") == before + 7_999
    rejects = [line.split("\t")[:2] for line in Path(summary["rejects_in"]).read_text().splitlines()]
    assert sorted(rejects) == [["778", "ValueError: not these rows"], ["8002", "has 1 cells, the header has 3"]]


def _under_way(state_dir: Path) -> Path | None:
    notes = state_dir.glob("catalogue/preprod-*/title.ratings.json")
    return next((note for note in notes if json.loads(note.read_text())["line"] > 1), None)
