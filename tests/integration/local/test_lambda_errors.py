"""Lambda's error objects, as AWS documents them ("Lambda function errors in Python")."""

from tests.support.aws import Aws

RAISES = """
class BoxTooSmall(Exception):
    pass

calls = 0

def handler(event, context):
    global calls
    calls += 1
    if event == "count":
        return calls
    if event == "exit":
        raise SystemExit(3)
    if event == "odd":
        return {1, 2}
    raise BoxTooSmall("no box for 90 cm")
"""


def test_an_error_bears_the_name_of_the_exceptions_class(aws: Aws) -> None:
    """AWS: "errorType: the error type … usually the class of the exception"; with errorMessage and stackTrace."""
    aws.function("pack", RAISES)
    error = aws.invoke("pack", "order")
    assert (error["errorType"], error["errorMessage"]) == ("BoxTooSmall", "no box for 90 cm")
    assert 'raise BoxTooSmall("no box for 90 cm")' in error["stackTrace"][-1]
    assert len(error["stackTrace"]) == 1


def test_an_execution_environment_outlives_an_exception_of_its_handler(aws: Aws) -> None:
    """AWS: an environment is reused for later invocations, also after one that raised; module state stays."""
    aws.function("pack", RAISES)
    for _ in range(3):
        aws.invoke("pack", "order")
    assert aws.invoke("pack", "count") == 4


def test_a_handler_that_exits_is_a_runtime_exit_error(aws: Aws) -> None:
    """AWS: a runtime that exits during an invocation is Runtime.ExitError, and the next one starts afresh."""
    aws.function("pack", RAISES)
    assert aws.invoke("pack", "exit")["errorType"] == "Runtime.ExitError"
    assert aws.invoke("pack", "count") == 1


def test_a_result_that_is_not_json_is_a_marshal_error(aws: Aws) -> None:
    """AWS: Runtime.MarshalError, "Unable to marshal response"."""
    aws.function("pack", RAISES)
    error = aws.invoke("pack", "odd")
    assert error["errorType"] == "Runtime.MarshalError"
    assert error["errorMessage"].startswith("Unable to marshal response")


def test_a_module_that_cannot_be_imported_is_named(aws: Aws) -> None:
    """AWS: Runtime.ImportModuleError, "Unable to import module 'index': No module named 'nowhere'"."""
    aws.function("pack", "import nowhere")
    for _ in range(2):
        error = aws.invoke("pack")
        assert error["errorType"] == "Runtime.ImportModuleError"
        assert error["errorMessage"] == "Unable to import module 'index': No module named 'nowhere'"


def test_a_missing_handler_is_named(aws: Aws) -> None:
    """AWS: Runtime.HandlerNotFound, "Handler 'handle' missing on module 'index'"."""
    aws.function("pack", "x = 1", Handler="index.handle")
    error = aws.invoke("pack")
    assert error["errorType"] == "Runtime.HandlerNotFound"
    assert error["errorMessage"] == "Handler 'handle' missing on module 'index'"


def test_what_a_handler_prints_is_in_its_log_and_the_error_too(aws: Aws) -> None:
    """AWS: standard output, standard error and an error's traceback are in the function's log stream."""
    aws.function("pack", "import sys\ndef handler(e, c):\n print('out')\n print('err', file=sys.stderr)\n return 1 / 0")
    aws.invoke("pack")
    logs = aws.client("logs")
    events = logs.filter_log_events(logGroupName="/aws/lambda/pack")["events"]
    text = "\n".join(event["message"] for event in events)
    for expected in ("out", "err", "[ERROR] ZeroDivisionError: division by zero", "END RequestId"):
        assert expected in text
    assert "\x1e" not in text
