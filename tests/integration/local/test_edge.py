"""The edge: from a host name to the right account, Region and API."""

import json
import socket
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from milkrun.local.cloud import LocalCloud
from tests.support.aws import Aws, eventually
from tests.support.edge import request, stack
from tests.support.machine import lacking


@pytest.fixture
def host(aws: Aws) -> str:
    """A host name of this test's own account, with a stack behind it that is mapped to /pack and /pack/v2."""
    name = f"cell-{aws.account[-3:]}.fulfillment.localhost"
    assert aws.deploy("echo", stack(name, "pack", "pack/v2")) == "CREATE_COMPLETE"
    return name


def test_a_new_stack_is_reachable_at_once_in_its_own_account(local_cloud: LocalCloud, aws: Aws, host: str) -> None:
    answer = request(local_cloud.edge_url, host, "/pack/fcs/FC1/plans")
    assert answer.status == 201, answer.body
    assert answer.json["account"] == aws.account


def test_a_function_sees_path_and_host_as_they_were_asked_for(local_cloud: LocalCloud, host: str) -> None:
    """AWS: behind a custom domain `path` still holds the base path; `resource` and `pathParameters` do not."""
    event = request(local_cloud.edge_url, host, "/pack/fcs/FC1/plans?a=1&b=%2F").json
    assert event["path"] == event["requestContext"]["path"] == "/pack/fcs/FC1/plans"
    assert (event["resource"], event["pathParameters"]) == ("/fcs/{fc}/plans", {"fc": "FC1"})
    assert event["queryStringParameters"] == {"a": "1", "b": "/"}
    assert event["requestContext"]["domainName"] == host
    assert event["headers"]["host"].startswith(f"{host}:")
    assert not [name for name in event["headers"] if name.startswith("x-milkrun")]


def test_method_body_and_headers_pass_both_ways(local_cloud: LocalCloud, host: str) -> None:
    body = json.dumps({"items": ["ä"]}).encode()
    answer = request(local_cloud.edge_url, host, "/pack/fcs/FC1/plans", "POST", body, X_Correlation_Id="c-1")
    assert (answer.json["httpMethod"], answer.json["body"]) == ("POST", body.decode())
    assert answer.json["headers"]["x-correlation-id"] == "c-1"
    assert answer.json["headers"]["x-forwarded-proto"] == "http"
    assert answer.json["headers"]["x-forwarded-for"] == "127.0.0.1"
    assert answer.headers["X-Made-By"] == "echo"
    assert answer.headers.get_all("Set-Cookie") == ["a=1", "b=2"]


def test_a_client_cannot_speak_in_the_edges_name(local_cloud: LocalCloud, host: str) -> None:
    headers = {"x_milkrun_host": "evil.localhost", "x_milkrun_base_path": "evil"}
    event = request(local_cloud.edge_url, host, "/pack/fcs/FC1/plans", **headers).json
    assert event["requestContext"]["domainName"] == host
    assert event["path"] == "/pack/fcs/FC1/plans"


def test_a_large_answer_comes_whole(local_cloud: LocalCloud, host: str) -> None:
    assert len(request(local_cloud.edge_url, host, "/pack/fcs/FC1/plans?big=1").body) == 5_000_000


def test_no_request_fails_while_the_stack_behind_a_name_is_updated(
    local_cloud: LocalCloud, aws: Aws, host: str
) -> None:
    """AWS: an update of a function does not interrupt its callers."""
    statuses: list[int] = []
    done = threading.Event()

    def load() -> None:
        while not done.is_set():
            statuses.append(request(local_cloud.edge_url, host, "/pack/fcs/FC1/plans").status)

    with ThreadPoolExecutor() as pool:
        loads = [pool.submit(load) for _ in range(2)]
        try:
            for version in ("1", "2", "3"):
                template = stack(host, "pack", "pack/v2")
                template["Resources"]["Echo"]["Properties"]["InlineCode"] += f"\n# {version}"
                assert aws.deploy("echo", template) == "UPDATE_COMPLETE"
                seen = len(statuses)
                eventually(lambda: len(statuses) > seen + 4, what="an answer of the new version")  # noqa: B023
        finally:
            done.set()
        for one in loads:
            one.result()
    assert set(statuses) == {201}


def test_the_longest_base_path_wins(local_cloud: LocalCloud, host: str) -> None:
    """AWS: multi-level mappings; "API Gateway sends the request to the API with the longest matching path"."""
    event = request(local_cloud.edge_url, host, "/pack/v2/fcs/FC1/plans").json
    assert (event["path"], event["resource"]) == ("/pack/v2/fcs/FC1/plans", "/fcs/{fc}/plans")


def test_a_path_with_a_line_feed_in_it_passes_too(local_cloud: LocalCloud, host: str) -> None:
    answer = request(local_cloud.edge_url, host, "/pack/fcs/one%0Atwo/plans")
    assert answer.headers["X-Made-By"] == "echo"


def test_an_unmapped_path_is_forbidden_as_on_aws_with_a_hint(local_cloud: LocalCloud, host: str) -> None:
    """AWS: 403 {"message": "Forbidden"} for a path that no mapping begins."""
    answer = request(local_cloud.edge_url, host, "/packing")
    assert (answer.status, answer.json) == (403, {"message": "Forbidden"})
    assert answer.headers["x-milkrun-hint"].endswith("mapped: /pack, /pack/v2")


def test_an_unknown_host_is_told_which_there_are(local_cloud: LocalCloud, host: str) -> None:
    answer = request(local_cloud.edge_url, "nobody.localhost", "/")
    assert (answer.status, answer.headers["Content-Type"]) == (404, "application/problem+json")
    assert host in answer.json["hosts"]


def test_a_domain_without_a_record_has_no_address(local_cloud: LocalCloud, aws: Aws) -> None:
    """AWS: a custom domain is reached through DNS; without a record its name does not resolve."""
    name = f"lost-{aws.account[-3:]}.fulfillment.localhost"
    aws.deploy("echo", stack(name, "", record=False))
    answer = request(local_cloud.edge_url, name, "/fcs/FC1/plans")
    assert answer.status == 404
    assert "no Route 53 record leads to it" in answer.json["detail"]


def test_two_regions_behind_one_name_answer_by_the_clients_region(local_cloud: LocalCloud, aws: Aws) -> None:
    """AWS: latency records; which Region is near the client says here in a header, as the network would tell."""
    name = f"relay-{aws.account[-3:]}.localhost"
    for region in ("us-east-1", "us-west-2"):
        template = stack(name, "", zone="localhost", Region=region, SetIdentifier=region)
        assert aws.in_region(region).deploy("echo", template) == "CREATE_COMPLETE"
    for region in ("us-west-2", "us-east-1"):
        assert request(local_cloud.edge_url, name, "/fcs/FC1/plans", x_milkrun_from=region).json["region"] == region


def test_a_failover_record_gives_way_when_its_alarm_says_so(local_cloud: LocalCloud, aws: Aws) -> None:
    """AWS: a health check may follow an alarm; the primary answers while it is healthy, else the secondary."""
    name = f"relay-{aws.account[-3:]}.localhost"
    alarm = {
        "AlarmName": "away",
        "Namespace": "Milkrun/Test",
        "MetricName": "Up",
        "Statistic": "Sum",
        "Period": 10,
        "EvaluationPeriods": 1,
        "Threshold": 1,
        "ComparisonOperator": "LessThanThreshold",
    }
    aws.client("cloudwatch").put_metric_alarm(**alarm, TreatMissingData="notBreaching")
    check = {"Type": "CLOUDWATCH_METRIC", "AlarmIdentifier": {"Region": "us-east-1", "Name": "away"}}
    made = aws.client("route53").create_health_check(CallerReference="away", HealthCheckConfig=check)["HealthCheck"]
    for region, role in (("us-east-1", "PRIMARY"), ("us-west-2", "SECONDARY")):
        health: dict[str, Any] = {"HealthCheckId": made["Id"]} if role == "PRIMARY" else {}
        template = stack(name, "", zone="localhost", SetIdentifier=region, Failover=role, **health)
        assert aws.in_region(region).deploy("echo", template) == "CREATE_COMPLETE"

    def region_that_answers() -> str:
        return str(request(local_cloud.edge_url, name, "/fcs/FC1/plans").json["region"])

    assert region_that_answers() == "us-east-1"
    aws.client("cloudwatch").put_metric_alarm(**alarm, TreatMissingData="breaching")
    eventually(lambda: region_that_answers() == "us-west-2", what="the failover")


def test_the_front_page_lists_what_there_is(local_cloud: LocalCloud, aws: Aws, host: str) -> None:
    page = request(local_cloud.edge_url, "localhost", "/")
    assert (page.status, page.headers["Content-Type"]) == (200, "text/html; charset=utf-8")
    assert f'href="http://{host}:' in page.body.decode()
    listed = request(local_cloud.edge_url, "localhost", "/", Accept="application/json").json
    mine = next(entry for entry in listed["hosts"] if entry["host"] == host)
    assert (mine["account"], mine["region"]) == (aws.account, "us-east-1")
    assert [url.split("/", 3)[3] for url in mine["urls"]] == ["pack", "pack/v2"]


def test_the_edge_listens_on_ipv6_loopback_too(local_cloud: LocalCloud) -> None:
    port = int(local_cloud.edge_url.rpartition(":")[2])
    try:
        socket.create_server(("::1", 0), family=socket.AF_INET6).close()
    except OSError:
        lacking("this machine has no IPv6 loopback")
    socket.create_connection(("::1", port), timeout=5).close()
