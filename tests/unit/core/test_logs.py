"""What every log line carries."""

import json

import pytest
from milkrun_core.logs import module_logger


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
