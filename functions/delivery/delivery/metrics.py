"""Requests and errors of a stack's fronts since its update, from CloudWatch, added up here."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from delivery.aws import TargetAccount
from delivery.domain.judge import Signal
from delivery.stack import physical_ids

if TYPE_CHECKING:
    from mypy_boto3_cloudwatch import CloudWatchClient

_QUERIES_PER_CALL = 500


@dataclass(frozen=True)
class Front:
    """What takes requests: where its two counters are, and under which names."""

    signal: str
    namespace: str
    dimension: str
    requests: str
    errors: str
    names: tuple[str, ...]


def fronts(account: TargetAccount, resources: list[dict[str, Any]], smoke_function: str) -> list[Front]:
    """The stack's APIs, then its functions; without the smoke function, whose calls are ours and not a customer's."""
    gateway = account.client("apigateway")
    apis = [
        gateway.get_rest_api(restApiId=each)["name"] for each in physical_ids(resources, "AWS::ApiGateway::RestApi")
    ]
    functions = [each for each in physical_ids(resources, "AWS::Lambda::Function") if each != smoke_function]
    found = [
        Front("API", "AWS/ApiGateway", "ApiName", "Count", "5XXError", tuple(apis)),
        Front("function", "AWS/Lambda", "FunctionName", "Invocations", "Errors", tuple(functions)),
    ]
    return [front for front in found if front.names]


def signals(account: TargetAccount, found: Iterable[Front], start: float, end: float, period: int) -> list[Signal]:
    """Requests and errors of each front in that window."""
    fronts_ = list(found)
    queries = [query for index, front in enumerate(fronts_) for query in _queries(index, front, period)]
    sums = _sums(account.client("cloudwatch"), queries, start, end)
    return [
        Signal(front.signal, sums.get(f"{index}_requests", 0.0), sums.get(f"{index}_errors", 0.0))
        for index, front in enumerate(fronts_)
    ]


def _queries(index: int, front: Front, period: int) -> Iterable[dict[str, Any]]:
    for number, name in enumerate(front.names):
        for what, metric in (("requests", front.requests), ("errors", front.errors)):
            dimensions = [{"Name": front.dimension, "Value": name}]
            described = {"Namespace": front.namespace, "MetricName": metric, "Dimensions": dimensions}
            yield {
                "Id": f"m{index}_{what}_{number}",
                "MetricStat": {"Metric": described, "Period": period, "Stat": "Sum"},
                "ReturnData": True,
            }


def _sums(client: CloudWatchClient, queries: list[Any], start: float, end: float) -> Mapping[str, float]:
    since, until = datetime.fromtimestamp(start, UTC), datetime.fromtimestamp(end, UTC)
    sums: dict[str, float] = {}
    for first in range(0, len(queries), _QUERIES_PER_CALL):
        some = queries[first : first + _QUERIES_PER_CALL]
        pages = client.get_paginator("get_metric_data").paginate(MetricDataQueries=some, StartTime=since, EndTime=until)
        for page in pages:
            for result in page["MetricDataResults"]:
                key = result["Id"].removeprefix("m").rpartition("_")[0]
                sums[key] = sums.get(key, 0.0) + sum(result["Values"])
    return sums
