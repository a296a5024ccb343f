"""CloudWatch alarms."""

from datetime import UTC, datetime, timedelta
from typing import Any

from tests.support.aws import Aws, eventually


def an_alarm(aws: Aws, name: str = "errors", **more: Any) -> None:
    """An alarm on the errors of one service, in periods of ten seconds."""
    settings = {
        "AlarmName": name,
        "Namespace": "Milkrun/Test",
        "MetricName": "Errors",
        "Dimensions": [{"Name": "service", "Value": "pack"}],
        "Statistic": "Sum",
        "Period": 10,
        "EvaluationPeriods": 1,
        "Threshold": 0,
        "ComparisonOperator": "GreaterThanThreshold",
        **more,
    }
    aws.client("cloudwatch").put_metric_alarm(**settings)


def publish(aws: Aws, value: float, *, service: str = "pack", seconds_ago: float = 0) -> None:
    """One point of the metric."""
    point = {
        "MetricName": "Errors",
        "Value": value,
        "Dimensions": [{"Name": "service", "Value": service}],
        "Timestamp": datetime.now(UTC) - timedelta(seconds=seconds_ago),
    }
    aws.client("cloudwatch").put_metric_data(Namespace="Milkrun/Test", MetricData=[point])


def state(aws: Aws, name: str = "errors") -> str:
    return str(aws.client("cloudwatch").describe_alarms(AlarmNames=[name])["MetricAlarms"][0]["StateValue"])


def test_an_alarm_watches_the_metric_with_its_own_dimensions_only(aws: Aws) -> None:
    """AWS: namespace, name and dimensions together identify a metric."""
    an_alarm(aws, "pack")
    an_alarm(aws, "stow", Dimensions=[{"Name": "service", "Value": "stow"}])
    publish(aws, 1, service="stow")
    publish(aws, 0, service="pack")
    eventually(lambda: state(aws, "stow") == "ALARM", what="the alarm of stow")
    eventually(lambda: state(aws, "pack") == "OK", what="the all-clear of pack")


def test_an_alarm_returns_to_ok_as_time_passes(aws: Aws) -> None:
    """AWS: alarms are evaluated continuously, not only when data arrive; notBreaching counts no data as fine."""
    an_alarm(aws, TreatMissingData="notBreaching")
    # Old enough to leave the three periods that are looked at within seconds.
    publish(aws, 1, seconds_ago=25)
    eventually(lambda: state(aws) == "ALARM", what="the alarm")
    eventually(lambda: state(aws) == "OK", seconds=15, what="the all-clear")


def test_datapoints_to_alarm_of_evaluation_periods_must_breach(aws: Aws) -> None:
    """AWS: an "M out of N" alarm."""
    an_alarm(aws, EvaluationPeriods=3, DatapointsToAlarm=2)
    publish(aws, 1, seconds_ago=25)
    publish(aws, 0, seconds_ago=15)
    publish(aws, 0)
    eventually(lambda: state(aws) == "OK", what="one breach of three being fine")
    publish(aws, 1, seconds_ago=15)
    eventually(lambda: state(aws) == "ALARM", what="two breaches of three being an alarm")


def test_missing_data_breach_if_the_alarm_says_so(aws: Aws) -> None:
    """AWS: TreatMissingData=breaching; without data and without that setting the state is INSUFFICIENT_DATA."""
    an_alarm(aws, "silent")
    an_alarm(aws, "heartbeat", TreatMissingData="breaching")
    eventually(lambda: state(aws, "heartbeat") == "ALARM", what="the alarm of a silent service")
    assert state(aws, "silent") == "INSUFFICIENT_DATA"


def test_a_change_of_state_is_told_to_the_topic(aws: Aws) -> None:
    """AWS: AlarmActions are performed when the state becomes ALARM."""
    topic = aws.client("sns").create_topic(Name="pages")["TopicArn"]
    queue = aws.client("sqs").create_queue(QueueName="pages")["QueueUrl"]
    arn = aws.client("sqs").get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    policy = (
        f'{{"Statement": [{{"Effect": "Allow", "Principal": "*", "Action": "sqs:SendMessage", "Resource": "{arn}"}}]}}'
    )
    aws.client("sqs").set_queue_attributes(QueueUrl=queue, Attributes={"Policy": policy})
    aws.client("sns").subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn)
    an_alarm(aws, AlarmActions=[topic])
    publish(aws, 1)
    told = eventually(lambda: aws.client("sqs").receive_message(QueueUrl=queue).get("Messages"), what="the page")
    assert "errors" in told[0]["Body"]


def test_an_alarm_sees_the_errors_of_a_function(aws: Aws) -> None:
    """AWS: a function's errors are a metric like any other, whatever invoked it."""
    aws.function("pack", "def handler(event, context):\n raise ValueError")
    own: dict[str, Any] = {"Namespace": "AWS/Lambda", "Dimensions": [{"Name": "FunctionName", "Value": "pack"}]}
    an_alarm(aws, **own)
    aws.invoke("pack")
    eventually(lambda: state(aws) == "ALARM", what="the alarm")
