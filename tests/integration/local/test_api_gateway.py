"""REST APIs: reachable by their id, and counted."""

import urllib.error
import urllib.request
from typing import Any

from tests.support.aws import Aws, eventually

ANSWERS = """
def handler(event, context):
    return {"statusCode": int(event["queryStringParameters"]["status"]), "body": "{}"}
"""


def an_api(aws: Aws, name: str = "pack") -> str:
    """A REST API with one method, without authorization, before a function; return its id."""
    function = aws.function(name, ANSWERS)
    api = aws.client("apigateway")
    made = api.create_rest_api(name=name)["id"]
    root = api.get_resources(restApiId=made)["items"][0]["id"]
    method: dict[str, Any] = {"restApiId": made, "resourceId": root, "httpMethod": "GET"}
    api.put_method(**method, authorizationType="NONE")
    uri = f"arn:aws:apigateway:{aws.region}:lambda:path/2015-03-31/functions/{function}/invocations"
    api.put_integration(**method, type="AWS_PROXY", integrationHttpMethod="POST", uri=uri)
    api.create_deployment(restApiId=made, stageName="live")
    return str(made)


def call(aws: Aws, api: str, status: int) -> int:
    """The status that an unsigned call gets."""
    try:
        url = f"{aws.endpoint}/restapis/{api}/live/_user_request_/?status={status}"
        with urllib.request.urlopen(url, timeout=10) as answer:  # noqa: S310 - the scheme is the local cloud's own
            return int(answer.status)
    except urllib.error.HTTPError as error:
        with error:
            return error.code


def test_an_api_answers_unsigned_calls_in_any_account_and_region(aws: Aws) -> None:
    """AWS: an API's address names no account; a method without authorization answers whoever calls it."""
    assert call(aws, an_api(aws), 200) == 200
    west = aws.in_region("us-west-2")
    assert call(west, an_api(west), 200) == 200


def test_every_request_is_counted_by_api_and_by_stage(aws: Aws) -> None:
    """AWS: Count, 4XXError, 5XXError and Latency, by ApiName and by ApiName and Stage."""
    api = an_api(aws)
    for status in (200, 200, 404, 503):
        call(aws, api, status)

    def count(name: str, statistic: str = "Sum", **more: str) -> float | None:
        return aws.metric("AWS/ApiGateway", name, statistic, ApiName="pack", **more)

    eventually(lambda: count("Count") == 4, what="the count of four requests")
    assert (count("4XXError"), count("5XXError")) == (1, 1)
    assert (count("Count", Stage="live"), count("5XXError", "Average", Stage="live")) == (4, 0.25)
    assert (count("Latency", "Maximum") or 0) >= 1
    assert aws.metric("AWS/Lambda", "Invocations", FunctionName="pack") == 4
