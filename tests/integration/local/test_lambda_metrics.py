"""AWS/Lambda metrics: one count per execution, whatever triggered it."""

from tests.support.aws import Aws, eventually

FAILS_ON_REQUEST = (
    "def handler(event, context):\n if event == 'fail' or 'Records' in (event or {}):\n  raise ValueError('asked to')"
)


def counted(aws: Aws, name: str) -> float | None:
    return aws.metric("AWS/Lambda", name, FunctionName="pack")


def test_direct_invocations_are_counted_once(aws: Aws) -> None:
    """AWS: Invocations counts every execution; Errors those that raised; Duration is in milliseconds."""
    aws.function("pack", FAILS_ON_REQUEST)
    for payload in ("ok", "fail", "ok"):
        aws.invoke("pack", payload)
    assert (counted(aws, "Invocations"), counted(aws, "Errors"), counted(aws, "Throttles")) == (3, 1, 0)
    assert (aws.metric("AWS/Lambda", "Duration", "SampleCount", FunctionName="pack")) == 3


def test_asynchronous_invocations_are_counted_when_they_run(aws: Aws) -> None:
    """AWS: an asynchronous event counts when it is processed, and an attempt that fails is an error."""
    aws.function("pack", FAILS_ON_REQUEST)
    aws.client("lambda").put_function_event_invoke_config(FunctionName="pack", MaximumRetryAttempts=0)
    aws.client("lambda").invoke(FunctionName="pack", InvocationType="Event", Payload=b'"fail"')
    eventually(lambda: counted(aws, "Errors") == 1, what="the error's count")
    assert counted(aws, "Invocations") == 1


def test_invocations_by_a_state_machine_are_counted(aws: Aws) -> None:
    """AWS: the metric does not depend on the invoking service."""
    arn = aws.function("pack", FAILS_ON_REQUEST)
    machine = aws.machine("run", {"StartAt": "A", "States": {"A": {"Type": "Task", "Resource": arn, "End": True}}})
    aws.run(machine)
    assert (counted(aws, "Invocations"), counted(aws, "Errors")) == (1, 0)


def test_invocations_by_a_queue_are_counted(aws: Aws) -> None:
    """AWS: one invocation per batch that the event source mapping hands over."""
    aws.function("pack", FAILS_ON_REQUEST)
    queue = aws.client("sqs").create_queue(QueueName="orders", Attributes={"VisibilityTimeout": "30"})["QueueUrl"]
    arn = aws.client("sqs").get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    aws.client("lambda").create_event_source_mapping(FunctionName="pack", EventSourceArn=arn, BatchSize=1)
    aws.client("sqs").send_message(QueueUrl=queue, MessageBody="{}")
    eventually(lambda: counted(aws, "Errors") == 1, what="the error's count")


def test_a_throttled_request_is_no_invocation(aws: Aws) -> None:
    """AWS: "Throttled requests and other invocation errors don't count as either Invocations or Errors"."""
    aws.function("pack", FAILS_ON_REQUEST)
    functions = aws.client("lambda")
    functions.put_function_concurrency(FunctionName="pack", ReservedConcurrentExecutions=0)
    for _ in range(2):
        try:
            aws.invoke("pack", "ok")
        except functions.exceptions.TooManyRequestsException:
            continue
        raise AssertionError("a function with no concurrency was invoked")
    assert (counted(aws, "Throttles"), counted(aws, "Invocations")) == (2, None)
