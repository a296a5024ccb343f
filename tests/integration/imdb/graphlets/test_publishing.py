"""A graphlet as deployed: its schema reaches the registry before its code serves, or its release stops there."""

import json
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from milkrun.local.cloud import LocalCloud
from tests.support.aws import Aws, eventually
from tests.support.graphlets import ROOT, event
from tests.support.sam import Sam, SamFailed

ACCOUNT, REGION = "444444444402", "us-east-1"
BUCKET = f"imdb-registry-{ACCOUNT}-{REGION}"
SCHEMA = (ROOT / "functions/imdb/people/schema.graphql").read_text(encoding="utf-8")


@dataclass(frozen=True)
class Account:
    """An account with a registry and the graphlet of people in it."""

    aws: Aws
    sam: Sam
    built: Path

    def deploy(self, release: str, schema: str = SCHEMA) -> None:
        """Deploy people with another schema in the same code."""
        folder = self.built.parent.with_name(f"people-{release}")
        shutil.copytree(self.built.parent, folder)
        for file in folder.rglob("schema.graphql"):
            file.write_text(schema, encoding="utf-8")
        self.sam.deploy("imdb-people", folder / "template.yaml", parameters(release))

    def state(self) -> dict[str, Any]:
        """What the registry says is current."""
        found: dict[str, Any] = json.loads(
            self.aws.client("s3").get_object(Bucket=BUCKET, Key="state/current.json")["Body"].read()
        )
        return found

    def ask(self, name: str) -> Any:
        """What the deployed graphlet answers to a sample event."""
        return self.aws.invoke("imdb-people-graphlet", event("people", name))

    def reasons(self) -> list[str]:
        """Why resources of the stack failed, the latest first."""
        pages = self.aws.client("cloudformation").describe_stack_events(StackName="imdb-people")["StackEvents"]
        return [one["ResourceStatusReason"] for one in pages if "FAILED" in one["ResourceStatus"]]


def parameters(release: str) -> dict[str, str]:
    return {"Target": "imdb", "Release": release, "DeletionProtection": "false"}


@pytest.fixture(scope="module")
def account(local_cloud: LocalCloud, tmp_path_factory: pytest.TempPathFactory) -> Account:
    environment = {
        "AWS_ENDPOINT_URL": local_cloud.endpoint_url,
        "AWS_ACCESS_KEY_ID": ACCOUNT,
        "AWS_SECRET_ACCESS_KEY": "local-cloud",
        "AWS_DEFAULT_REGION": REGION,
    }
    sam = Sam(tmp_path_factory.mktemp("built"), environment)
    sam.deploy("imdb-registry", sam.build("imdb-registry"), parameters("r-0"))
    found = Account(Aws(local_cloud.endpoint_url, ACCOUNT), sam, sam.build("imdb-people"))
    found.deploy("r-1")
    return found


def test_a_deployed_graphlet_is_current_imports_and_answers(account: Account) -> None:
    current = account.state()["graphlets"]["people"]
    assert (current["release"], current["url"]) == ("r-1", "lambda:imdb-people-graphlet")
    assert account.aws.invoke("imdb-people-import", event("people", "import-name-basics")) == {"written": 2}
    assert account.ask("graphql-known-for")["data"]["name"]["nameText"] == "Jackie Chan"


def test_its_smoke_test_passes(account: Account) -> None:
    name = account.aws.outputs("imdb-people")["SmokeFunctionName"]
    assert account.aws.invoke(name, {"release": "r-1", "target": "imdb"})["ok"] is True


def test_a_schema_that_does_not_compose_stops_before_its_code_serves(account: Account) -> None:
    before = account.state()
    broken = SCHEMA.replace("names(ids: [ID!]!): [Name]", "names(ids: [ID!]!): [Nobody]")
    with pytest.raises(SamFailed):
        account.deploy("r-2", broken)
    assert eventually(settled(account), what="the end of the rollback") == "UPDATE_ROLLBACK_COMPLETE"
    assert any("the registry refused to stage the schema of people" in why for why in account.reasons())
    after = account.state()
    assert after["graphlets"] == before["graphlets"]
    assert after["supergraph"] == before["supergraph"]
    assert account.ask("graphql-known-for")["data"]["name"]["nameText"] == "Jackie Chan"


def test_a_new_schema_is_published_and_an_old_release_publishes_its_own_again(account: Account) -> None:
    more = SCHEMA.replace("  birthYear: Int\n", "  birthYear: Int\n  shoeSize: Int\n")
    account.deploy("r-3", more)
    third = account.state()["graphlets"]["people"]
    shutil.rmtree(account.built.parent.with_name("people-r-1"))
    account.deploy("r-1")
    again = account.state()["graphlets"]["people"]
    assert (third["release"], again["release"]) == ("r-3", "r-1")
    assert third["digest"] != again["digest"]


def test_a_stack_that_goes_withdraws_its_schema(account: Account) -> None:
    account.deploy("r-4")
    account.aws.client("cloudformation").delete_stack(StackName="imdb-people")
    eventually(lambda: account.aws.stack_status("imdb-people") is None, seconds=60, what="the end of the stack")
    assert "people" not in account.state()["graphlets"]


def settled(account: Account) -> Callable[[], str | None]:
    def look() -> str | None:
        status = account.aws.stack_status("imdb-people")
        return None if status is None or status.endswith("IN_PROGRESS") else status

    return look
