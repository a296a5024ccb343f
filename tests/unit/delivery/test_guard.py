"""The change-set guard against a table of dangerous and harmless changes."""

from typing import Any

import pytest
from delivery.domain.guard import Refusal, holding_data, named_tables, refusals, resolve

TABLE, BUCKET, QUEUE, ZONE = "AWS::DynamoDB::Table", "AWS::S3::Bucket", "AWS::SQS::Queue", "AWS::Route53::HostedZone"
FUNCTION, ALARM = "AWS::Lambda::Function", "AWS::CloudWatch::Alarm"


def a_change(kind: str, action: str, replacement: str | None = None, policy: str | None = None) -> dict[str, Any]:
    change = {"Action": action, "LogicalResourceId": "Thing", "ResourceType": kind}
    change |= {"Replacement": replacement} if replacement else {}
    change |= {"PolicyAction": policy} if policy else {}
    return {"Type": "Resource", "ResourceChange": change}


@pytest.mark.parametrize(
    ("kind", "action", "replacement", "policy"),
    [
        pytest.param(TABLE, "Remove", None, None, id="table-removed"),
        pytest.param(TABLE, "Remove", None, "Delete", id="table-deleted"),
        pytest.param(TABLE, "Remove", None, "Retain", id="table-leaves-the-stack-but-stays"),
        pytest.param(TABLE, "Dynamic", None, None, id="table-dynamic"),
        pytest.param(TABLE, "Modify", "True", None, id="table-replaced"),
        pytest.param(TABLE, "Modify", "Conditional", None, id="table-perhaps-replaced"),
        pytest.param(TABLE, "Modify", "False", "ReplaceAndDelete", id="table-policy-says-replaced"),
        pytest.param(TABLE, "Modify", "False", "ReplaceAndRetain", id="table-replaced-and-kept"),
        pytest.param(TABLE, "SyncWithActual", "True", None, id="table-drift-replaced"),
        pytest.param("AWS::DynamoDB::GlobalTable", "Modify", "True", None, id="global-table-replaced"),
        pytest.param(BUCKET, "Remove", None, None, id="bucket-removed"),
        pytest.param(QUEUE, "Modify", "True", None, id="queue-replaced"),
        pytest.param("AWS::KMS::Key", "Remove", None, None, id="key-removed"),
        pytest.param("AWS::Cognito::UserPool", "Modify", "Conditional", None, id="user-pool-perhaps-replaced"),
        pytest.param(ZONE, "Modify", "True", None, id="zone-replaced"),
    ],
)
def test_refuses_what_would_cost_data(kind: str, action: str, replacement: str | None, policy: str | None) -> None:
    (refused,) = refusals([a_change(kind, action, replacement, policy)])
    assert refused.logical_id == "Thing"
    assert kind in str(refused)


@pytest.mark.parametrize(
    ("kind", "action", "replacement"),
    [
        pytest.param(TABLE, "Add", None, id="new-table"),
        pytest.param(TABLE, "Modify", "False", id="table-changed-in-place"),
        pytest.param(TABLE, "Modify", None, id="table-tags-only"),
        pytest.param(QUEUE, "Modify", "False", id="queue-changed-in-place"),
        pytest.param(FUNCTION, "Remove", None, id="function-removed"),
        pytest.param(FUNCTION, "Modify", "True", id="function-replaced"),
        pytest.param(ALARM, "Modify", "Conditional", id="alarm-perhaps-replaced"),
        pytest.param("AWS::Lambda::LayerVersion", "Remove", None, id="layer-version-replaced"),
    ],
)
def test_lets_harmless_changes_pass(kind: str, action: str, replacement: str | None) -> None:
    assert refusals([a_change(kind, action, replacement)]) == []


def test_names_every_dangerous_change() -> None:
    changes = [a_change(TABLE, "Remove"), a_change(FUNCTION, "Modify"), a_change(BUCKET, "Modify", "True")]
    assert [refused.kind for refused in refusals(changes)] == [TABLE, BUCKET]


def test_on_the_way_back_a_table_may_leave_the_stack_if_it_stays_itself() -> None:
    assert refusals([a_change(TABLE, "Remove", policy="Retain")], way_back=True) == []
    assert refusals([a_change(TABLE, "Remove", policy="Delete")], way_back=True) != []
    assert refusals([a_change(TABLE, "Modify", "True")], way_back=True) != []


def test_a_resource_that_survived_a_failed_creation_counts_as_data() -> None:
    resources = [
        {
            "LogicalResourceId": "Kept",
            "ResourceType": TABLE,
            "PhysicalResourceId": "t",
            "ResourceStatus": "DELETE_SKIPPED",
        },
        {
            "LogicalResourceId": "Gone",
            "ResourceType": TABLE,
            "PhysicalResourceId": "u",
            "ResourceStatus": "DELETE_COMPLETE",
        },
        {
            "LogicalResourceId": "Code",
            "ResourceType": FUNCTION,
            "PhysicalResourceId": "f",
            "ResourceStatus": "CREATE_COMPLETE",
        },
    ]
    assert holding_data(resources) == ["Kept"]


WORDS = {"Target": "cell-1", "AWS::StackName": "fulfillment-pack"}


@pytest.mark.parametrize(
    ("given", "name"),
    [
        pytest.param("plans", "plans", id="text"),
        pytest.param({"Ref": "Target"}, "cell-1", id="parameter"),
        pytest.param({"Fn::Sub": "${AWS::StackName}-${Target}-plans"}, "fulfillment-pack-cell-1-plans", id="sub"),
        pytest.param({"Fn::Sub": "${Other}-plans"}, None, id="sub-of-a-resource"),
        pytest.param({"Fn::ImportValue": "x"}, None, id="import"),
    ],
)
def test_computes_the_names_that_a_template_gives(given: object, name: str | None) -> None:
    assert resolve(given, WORDS) == name


def test_finds_the_tables_that_a_change_set_would_create_by_name() -> None:
    def a_template(name: object) -> dict[str, Any]:
        return {"Resources": {"Thing": {"Type": TABLE, "Properties": {"TableName": name} if name else {}}}}

    add = [a_change(TABLE, "Add")]
    assert named_tables(add, a_template("plans"), WORDS) == ([("Thing", "plans")], [])
    assert named_tables(add, a_template(None), WORDS) == ([], [])
    assert named_tables([a_change(TABLE, "Modify")], a_template("plans"), WORDS) == ([], [])
    (refused,) = named_tables(add, a_template({"Fn::ImportValue": "x"}), WORDS)[1]
    assert isinstance(refused, Refusal)
