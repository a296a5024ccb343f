"""A stack with a host name, and requests to it through the edge."""

import http.client
import json
from dataclasses import dataclass
from typing import Any

ECHO = """
import json

def handler(event, context):
    body, arn = event["body"] or "", context.invoked_function_arn.split(":")
    if event["queryStringParameters"] == {"big": "1"}:
        return {"statusCode": 200, "headers": {"Content-Type": "text/plain"}, "body": "x" * 5_000_000}
    return {
        "statusCode": 201,
        "headers": {"Content-Type": "application/json", "X-Made-By": "echo"},
        "multiValueHeaders": {"Set-Cookie": ["a=1", "b=2"]},
        "body": json.dumps({**event, "body": body, "region": arn[3], "account": arn[4]}),
    }
"""


@dataclass(frozen=True)
class Answer:
    """What the edge sent back."""

    status: int
    headers: http.client.HTTPMessage
    body: bytes

    @property
    def json(self) -> Any:
        """The body, parsed."""
        return json.loads(self.body)


def request(edge_url: str, host: str, path: str, method: str = "GET", body: Any = None, **headers: str) -> Answer:
    """Send one request to the edge, for a host."""
    port = edge_url.rpartition(":")[2]
    connection = http.client.HTTPConnection("127.0.0.1", int(port), timeout=20)
    try:
        named = {key.replace("_", "-"): value for key, value in headers.items()}
        connection.request(method, path, body=body, headers={"Host": f"{host}:{port}", **named})
        answer = connection.getresponse()
        return Answer(answer.status, answer.headers, answer.read())
    finally:
        connection.close()


def stack(host: str, *base_paths: str, zone: str = "fulfillment.localhost", record: bool = True, **routing: Any) -> Any:
    """A template with a custom domain, its record, and an echoing API mapped to some base paths ("" being the root)."""
    function = {
        "Type": "AWS::Serverless::Function",
        "Properties": {
            "Runtime": "python3.13",
            "Handler": "index.handler",
            "InlineCode": ECHO,
            "Events": {
                name: {
                    "Type": "Api",
                    "Properties": {"RestApiId": {"Ref": "Api"}, "Method": method, "Path": "/fcs/{fc}/plans"},
                }
                for name, method in (("Read", "GET"), ("Write", "POST"))
            },
        },
    }
    resources: dict[str, Any] = {
        "Echo": function,
        "Api": {"Type": "AWS::Serverless::Api", "Properties": {"StageName": "live"}},
        "Domain": {
            "Type": "AWS::ApiGateway::DomainName",
            "Properties": {
                "DomainName": host,
                "RegionalCertificateArn": "arn:aws:acm:us-east-1:000000000000:certificate/any",
                "EndpointConfiguration": {"Types": ["REGIONAL"]},
            },
        },
    }
    for index, path in enumerate(base_paths):
        properties = {"DomainName": {"Ref": "Domain"}, "RestApiId": {"Ref": "Api"}, "Stage": {"Ref": "Api.Stage"}}
        mapping = properties | ({"BasePath": path} if path else {})
        resources[f"Mapping{index}"] = {"Type": "AWS::ApiGateway::BasePathMapping", "Properties": mapping}
    if record:
        resources["Zone"] = {"Type": "AWS::Route53::HostedZone", "Properties": {"Name": zone}}
        alias = {
            "DNSName": {"Fn::GetAtt": ["Domain", "RegionalDomainName"]},
            "HostedZoneId": {"Fn::GetAtt": ["Domain", "RegionalHostedZoneId"]},
        }
        led = {"HostedZoneId": {"Ref": "Zone"}, "Name": host, "Type": "A", "AliasTarget": alias, **routing}
        resources["Record"] = {"Type": "AWS::Route53::RecordSet", "Properties": led}
    return {"Transform": "AWS::Serverless-2016-10-31", "Resources": resources}
