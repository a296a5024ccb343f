"""Global tables of a stack."""

from typing import Any

from tests.support.aws import Aws, eventually


def template(*regions: str) -> dict[str, Any]:
    """A stack with one table in these Regions."""
    table = {
        "Type": "AWS::DynamoDB::GlobalTable",
        "Properties": {
            "TableName": "loads",
            "BillingMode": "PAY_PER_REQUEST",
            "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
            "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
            "StreamSpecification": {"StreamViewType": "NEW_AND_OLD_IMAGES"},
            "Replicas": [{"Region": region} for region in regions],
        },
    }
    return {"Resources": {"LoadsTable": table}}


def has_table(aws: Aws) -> bool:
    return "loads" in aws.client("dynamodb").list_tables()["TableNames"]


def test_a_global_table_is_in_every_region_that_the_template_lists(aws: Aws) -> None:
    """AWS: "Replicas: specifies the list of replicas for your global table"; what one writes the other reads."""
    west = aws.in_region("us-west-2")
    assert aws.deploy("loads", template("us-east-1", "us-west-2")) == "CREATE_COMPLETE"
    aws.client("dynamodb").put_item(TableName="loads", Item={"id": {"S": "load-1"}})
    key = {"id": {"S": "load-1"}}
    eventually(lambda: west.client("dynamodb").get_item(TableName="loads", Key=key).get("Item"), what="the replica")
    west.client("dynamodb").put_item(TableName="loads", Item={"id": {"S": "load-2"}})
    key = {"id": {"S": "load-2"}}
    eventually(lambda: aws.client("dynamodb").get_item(TableName="loads", Key=key).get("Item"), what="the way back")


def test_replicas_come_and_go_with_the_template(aws: Aws) -> None:
    """AWS: an update of the list adds and removes replicas, and keeps the items of the others."""
    west = aws.in_region("us-west-2")
    aws.deploy("loads", template("us-east-1"))
    aws.client("dynamodb").put_item(TableName="loads", Item={"id": {"S": "load-1"}})
    assert not has_table(west)
    assert aws.deploy("loads", template("us-east-1", "us-west-2")) == "UPDATE_COMPLETE"
    assert has_table(west)
    assert west.client("dynamodb").scan(TableName="loads")["Count"] == 1
    assert aws.deploy("loads", template("us-east-1")) == "UPDATE_COMPLETE"
    assert not has_table(west)
    assert aws.client("dynamodb").scan(TableName="loads")["Count"] == 1


def test_all_replicas_go_with_the_stack(aws: Aws) -> None:
    """AWS: deleting the resource deletes the table in all Regions."""
    west = aws.in_region("us-west-2")
    aws.deploy("loads", template("us-east-1", "us-west-2"))
    aws.client("cloudformation").delete_stack(StackName="loads")
    eventually(lambda: not has_table(aws) and not has_table(west), what="the end of both tables")
