"""The registry as deployed: through the bucket's events, the queue, the table and the policies."""

import hashlib
import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import boto3
import pytest
from botocore.exceptions import ClientError
from delivery.domain.guard import refusals
from milkrun_graph.executor.artefact import load

from milkrun.environment import local_environment
from milkrun.local.cloud import LocalCloud
from milkrun.registry import Registry
from tests.support.aws import Aws, eventually
from tests.support.sam import ROOT, Sam

ACCOUNT = "444444444444"
REGION = "us-east-1"
BUCKET = f"imdb-registry-{ACCOUNT}-{REGION}"
STACK = "imdb-registry"
# What a graphlet's publisher may do, by the contract in docs/modules/imdb-registry.md.
PUBLISHER = {
    "Version": "2012-10-17",
    "Statement": [
        {"Effect": "Allow", "Action": "s3:PutObject", "Resource": f"arn:aws:s3:::{BUCKET}/submissions/mine/*"},
        {"Effect": "Allow", "Action": "s3:GetObject", "Resource": f"arn:aws:s3:::{BUCKET}/verdicts/mine/*"},
        {
            "Effect": "Allow",
            "Action": "s3:ListBucket",
            "Resource": f"arn:aws:s3:::{BUCKET}",
            "Condition": {"StringLike": {"s3:prefix": "verdicts/mine/*"}},
        },
    ],
}


@pytest.fixture(scope="module")
def aws(local_cloud: LocalCloud, tmp_path_factory: pytest.TempPathFactory) -> Aws:
    """The account with the registry in it, deployed as a developer would."""
    environment = {
        "AWS_ENDPOINT_URL": local_cloud.endpoint_url,
        "AWS_ACCESS_KEY_ID": ACCOUNT,
        "AWS_SECRET_ACCESS_KEY": "local-cloud",
        "AWS_DEFAULT_REGION": REGION,
    }
    sam = Sam(tmp_path_factory.mktemp("built"), environment)
    parameters = {"Target": "imdb", "Release": "r-1", "DeletionProtection": "false"}
    sam.deploy(STACK, sam.build(STACK), parameters)
    return Aws(local_cloud.endpoint_url, ACCOUNT)


@pytest.fixture
def registry(aws: Aws, local_cloud: LocalCloud, monkeypatch: pytest.MonkeyPatch) -> Registry:
    """The operator's view of it."""
    status = local_cloud.status()
    assert status.cloud_port
    assert status.edge_port
    environment = local_environment(ROOT, local_cloud.state_dir, (status.cloud_port, status.edge_port))
    monkeypatch.setenv("AWS_ENDPOINT_URL", aws.endpoint)
    return Registry(environment, "imdb")


@pytest.fixture
def name() -> str:
    """A graphlet of the test's own."""
    return f"g{uuid4().hex[:8]}"


def a_schema(name: str, *fields: str) -> str:
    kind = name.capitalize()
    return f"type Query {{ {name}: {kind} }} type {kind} {{ id: ID! {' '.join(f'{one}: Int' for one in fields)} }}"


def put(s3: Any, name: str, sdl: str, phase: str, release: str) -> str:
    it = {
        "id": f"{release}-{phase}-{uuid4().hex[:8]}",
        "graphlet": name,
        "phase": phase,
        "sdl": sdl,
        "url": f"lambda:imdb-{name}-graphlet",
        "release": release,
    }
    s3.put_object(Bucket=BUCKET, Key=f"submissions/{name}/{it['id']}.json", Body=json.dumps(it).encode())
    return f"verdicts/{name}/{it['id']}.json"


def submit(s3: Any, name: str, sdl: str, phase: str = "publish", release: str = "r-1") -> dict[str, Any]:
    """Submit, and wait for the verdict."""
    key = put(s3, name, sdl, phase, release)

    def look() -> Any:
        try:
            return json.loads(s3.get_object(Bucket=BUCKET, Key=key)["Body"].read())
        except s3.exceptions.NoSuchKey:
            return None

    verdict: dict[str, Any] = eventually(look, seconds=60, what=f"a verdict at {key}")
    return verdict


def test_a_schema_is_staged_published_and_served(aws: Aws, registry: Registry, name: str) -> None:
    s3 = aws.client("s3")
    staged = submit(s3, name, a_schema(name, "a"), "stage")
    assert (staged["accepted"], staged["graphlet_version"]) == (True, 1)
    assert name in registry.current()["staged"]

    published = submit(s3, name, a_schema(name, "a"))
    state = registry.current()

    assert (published["accepted"], published["supergraph"]) == (True, state["generation"])
    assert name not in state["staged"]
    sdl = registry.supergraph(state)
    stored = s3.get_object(Bucket=BUCKET, Key=state["supergraph"]["artefact"])["Body"].read()
    assert hashlib.sha256(stored).hexdigest() == state["supergraph"]["artefact_digest"]
    assert hashlib.sha256(sdl.encode()).hexdigest() == state["supergraph"]["digest"]
    artefact = load(stored, sdl)
    assert artefact is not None
    assert f"lambda:imdb-{name}-graphlet" in {graph.url for graph in artefact.tables.graphs.values()}


def test_graphlets_that_publish_at_once_are_all_there_afterwards(aws: Aws, registry: Registry) -> None:
    names = [f"g{uuid4().hex[:8]}" for _ in range(5)]
    s3 = aws.client("s3")
    with ThreadPoolExecutor(5) as pool:
        verdicts = list(pool.map(lambda name: submit(s3, name, a_schema(name, "a")), names))

    state = registry.current()
    assert [verdict["accepted"] for verdict in verdicts] == [True] * 5
    assert len({verdict["supergraph"] for verdict in verdicts}) == 5
    assert set(names) <= set(state["graphlets"])
    history = [one["generation"] for one in registry.history(1000)]
    assert history == list(range(state["generation"], 0, -1))


def test_a_schema_that_would_break_a_recorded_operation_is_refused_with_client_and_count(
    aws: Aws, registry: Registry, name: str
) -> None:
    s3, sqs = aws.client("s3"), aws.client("sqs")
    assert submit(s3, name, a_schema(name, "a", "b"))["accepted"]
    text = f"query Live {{ {name} {{ b }} }}"
    row = {"hash": hashlib.sha256(text.encode()).hexdigest(), "text": text, "client": "ios", "count": 12, "errors": 0}
    now = datetime.now(UTC).isoformat()
    message = json.dumps({"batch": uuid4().hex, "from": now, "to": now, "operations": [row], "fields": []})
    for _ in range(2):  # a queue may deliver twice
        sqs.send_message(QueueUrl=aws.outputs(STACK)["UsageQueueUrl"], MessageBody=message)

    def refused() -> Any:
        verdict = submit(s3, name, a_schema(name, "a"), "check")
        return None if verdict["accepted"] else verdict

    eventually(refused, seconds=30, what="a refusal, once the usage is counted")
    before = registry.current()
    for phase in ("stage", "publish"):
        (problem,) = submit(s3, name, a_schema(name, "a"), phase, "r-2")["problems"]
        assert (problem["code"], problem["operations"]) == ("FIELD_REMOVED", ["Live"])
        assert problem["clients"] == [{"name": "ios", "count": 12}]
    assert registry.current()["graphlets"][name] == before["graphlets"][name]
    assert submit(s3, name, a_schema(name, "b"), "stage", "r-2")["accepted"]


def test_an_operator_rolls_back_and_asks_beforehand(aws: Aws, registry: Registry, name: str) -> None:
    s3 = aws.client("s3")
    first = submit(s3, name, a_schema(name, "a"))
    submit(s3, name, a_schema(name, "a", "b"), release="r-2")
    assert registry.check(name, a_schema(name, "a", "b", "c"))["graphlet_version"] == 3
    assert not registry.check(name, "type Query { wrong: NoSuchType }")["accepted"]

    state = registry.roll_back(first["supergraph"], "a test")

    assert registry.current() == state
    assert state["graphlets"][name]["version"] == 1
    assert submit(s3, name, a_schema(name, "c"), release="r-3")["graphlet_version"] == 3


def test_the_smoke_test_passes_and_changes_nothing(aws: Aws, registry: Registry, name: str) -> None:
    submit(aws.client("s3"), name, a_schema(name, "a"))
    before = registry.current()
    answer = aws.invoke(aws.outputs(STACK)["SmokeFunctionName"], {"release": "r-1", "target": "imdb"})
    assert [check["ok"] for check in answer["checks"]] == [True, True]
    assert registry.current() == before


def test_a_new_version_is_a_change_that_a_release_may_make(aws: Aws, registry: Registry, name: str) -> None:
    s3, formation = aws.client("s3"), aws.client("cloudformation")
    assert submit(s3, name, a_schema(name, "a"))["accepted"]
    changed = {"Release": "r-2", "PreparedOperations": "301"}
    kept = ("Target", "DeletionProtection")
    made = formation.create_change_set(
        StackName=STACK,
        ChangeSetName=f"c-{uuid4().hex}",
        UsePreviousTemplate=True,
        Capabilities=["CAPABILITY_IAM", "CAPABILITY_AUTO_EXPAND"],
        Parameters=[{"ParameterKey": key, "ParameterValue": value} for key, value in changed.items()]
        + [{"ParameterKey": key, "UsePreviousValue": True} for key in kept],
    )["Id"]

    def ready() -> Any:
        seen = formation.describe_change_set(ChangeSetName=made)
        return seen if seen["Status"] == "CREATE_COMPLETE" else None

    change_set = eventually(ready, what="the change set")
    assert change_set["Changes"]
    assert refusals(change_set["Changes"]) == []

    formation.execute_change_set(ChangeSetName=made)
    eventually(lambda: aws.stack_status(STACK) == "UPDATE_COMPLETE", seconds=60, what="the update")
    assert submit(s3, name, a_schema(name, "a", "b"), release="r-2")["graphlet_version"] == 2
    assert registry.current()["graphlets"][name]["release"] == "r-2"


def test_usage_that_cannot_be_read_ends_in_the_dead_letter_queue(aws: Aws) -> None:
    sqs, outputs, poison = aws.client("sqs"), aws.outputs(STACK), f"no usage {uuid4()}"
    sqs.set_queue_attributes(QueueUrl=outputs["UsageQueueUrl"], Attributes={"VisibilityTimeout": "1"})
    sqs.send_message(QueueUrl=outputs["UsageQueueUrl"], MessageBody=poison)
    receive = {"QueueUrl": outputs["UsageDlqUrl"], "MaxNumberOfMessages": 10}
    found = eventually(lambda: sqs.receive_message(**receive).get("Messages"), seconds=60, what="the poison")
    assert [message["Body"] for message in found] == [poison]


@pytest.fixture
def publisher(aws: Aws) -> Iterator[Any]:
    """S3 with the rights of the publisher of a graphlet called ``mine``, and no other."""
    iam, role = aws.client("iam"), f"publisher-{uuid4().hex[:8]}"
    principal = {"AWS": f"arn:aws:iam::{ACCOUNT}:root"}
    trust = {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole"}],
    }
    arn = iam.create_role(RoleName=role, AssumeRolePolicyDocument=json.dumps(trust))["Role"]["Arn"]
    iam.put_role_policy(RoleName=role, PolicyName="publish", PolicyDocument=json.dumps(PUBLISHER))
    given = aws.client("sts").assume_role(RoleArn=arn, RoleSessionName="test")["Credentials"]
    yield boto3.client(
        "s3",
        endpoint_url=aws.endpoint,
        region_name=REGION,
        aws_access_key_id=given["AccessKeyId"],
        aws_secret_access_key=given["SecretAccessKey"],
        aws_session_token=given["SessionToken"],
    )
    iam.delete_role_policy(RoleName=role, PolicyName="publish")
    iam.delete_role(RoleName=role)


def test_a_publisher_needs_no_more_rights_than_the_contract_says_and_can_do_no_more(publisher: Any) -> None:
    assert submit(publisher, "mine", a_schema("mine", "a"))["accepted"]
    for key in ("state/current.json", "submissions/other/x.json", "verdicts/mine/x.json", "schemas/mine/x.graphql"):
        with pytest.raises(ClientError, match="AccessDenied"):
            publisher.put_object(Bucket=BUCKET, Key=key, Body=b"{}")
    with pytest.raises(ClientError, match="AccessDenied"):
        publisher.get_object(Bucket=BUCKET, Key="verdicts/other/x.json")
