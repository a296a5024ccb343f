"""Greets; asked with a table's name and an account, it tries to read that table under its own role."""

from typing import Any

import boto3

VERSION = "one"


def handler(event: dict[str, Any], _: object) -> dict[str, Any]:
    """Say which version this is, or reach for a table."""
    if table := event.get("reach_for"):
        return {"read": boto3.client("dynamodb").get_item(TableName=table, Key={"name": {"S": "x"}}).get("Item")}
    if role := event.get("assume"):
        boto3.client("sts").assume_role(RoleArn=role, RoleSessionName="reach", ExternalId=event["external_id"])
    return {"version": VERSION}
