"""What every log line carries."""

import json

import pytest
from milkrun_core.logs import follow, module_logger


def test_every_line_says_service_cell_and_release(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("POWERTOOLS_SERVICE_NAME", "fulfillment/test-of-logs")
    monkeypatch.setenv("MILKRUN_CELL", "cell-1")
    monkeypatch.setenv("MILKRUN_RELEASE", "r-1")
    logger = module_logger()
    logger.append_keys(order_id="o-1")
    logger.info("first")
    logger.clear_state()
    logger.info("second")
    first, second = (json.loads(line) for line in capsys.readouterr().out.splitlines())
    assert first["order_id"] == "o-1"
    assert "order_id" not in second
    for line in (first, second):
        assert (line["service"], line["cell"], line["release"]) == ("fulfillment/test-of-logs", "cell-1", "r-1")


@pytest.mark.parametrize(
    ("headers", "correlation_id", "trace_id"),
    [
        ({"x-request-id": "r-1", "traceparent": "00-abc-def-01"}, "r-1", "abc"),
        ({"traceparent": "00-abc-def-01"}, "abc", "abc"),
        ({"traceparent": "nonsense"}, None, None),
        ({}, None, None),
    ],
)
def test_lines_of_a_request_have_its_callers_ids(
    headers: dict[str, str],
    correlation_id: str | None,
    trace_id: str | None,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    # Loggers are kept by their name, and one made in an earlier test writes to that test's output.
    monkeypatch.setenv("POWERTOOLS_SERVICE_NAME", f"following-{sorted(headers.items())}")
    logger = module_logger()
    follow(logger, headers)
    logger.info("asked")
    line = json.loads(capsys.readouterr().out)
    assert (line.get("correlation_id"), line.get("trace_id")) == (correlation_id, trace_id)
