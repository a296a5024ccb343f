"""Aliases with two versions."""

from collections import Counter

from tests.support.aws import Aws

VERSION = "def handler(event, context):\n return '{}'"


def test_a_weighted_alias_sends_each_version_its_share(aws: Aws) -> None:
    """AWS: RoutingConfig's AdditionalVersionWeights is the share of traffic of the second version."""
    aws.function("pack", VERSION.format("one"))
    functions = aws.client("lambda")
    functions.publish_version(FunctionName="pack")
    aws.update("pack", VERSION.format("two"))
    functions.publish_version(FunctionName="pack")
    weights = {"AdditionalVersionWeights": {"2": 0.3}}
    functions.create_alias(FunctionName="pack", Name="live", FunctionVersion="1", RoutingConfig=weights)
    seen = Counter(aws.invoke("pack", Qualifier="live") for _ in range(200))
    # Six standard deviations around 60 of 200.
    assert 20 < seen["two"] < 100
    assert seen["one"] + seen["two"] == 200
    assert functions.get_function(FunctionName="pack", Qualifier="live")["Configuration"]["Version"] == "1"
