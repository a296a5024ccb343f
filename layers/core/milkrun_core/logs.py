"""Logs: one line of JSON per fact, every line with service, cell, release and (within a request) correlation_id."""

import os
from collections.abc import Mapping

from aws_lambda_powertools import Logger


def module_logger() -> Logger:
    """The logger of a module; its name is POWERTOOLS_SERVICE_NAME, for example ``fulfillment/pack``.

    Cell and release are keys of the logger itself, so ``clear_state=True`` keeps them between invocations.  They
    are read leniently: a log line must not be what fails in a badly configured function.
    """
    return Logger(
        cell=os.environ.get("MILKRUN_CELL", "unknown"),
        release=os.environ.get("MILKRUN_RELEASE", "unknown"),
    )


def follow(logger: Logger, headers: Mapping[str, str]) -> None:
    """Give the lines of one request its caller's ids: ``x-request-id``, and the trace of W3C's ``traceparent``."""
    trace = headers.get("traceparent", "").split("-")
    trace_id = trace[1] if len(trace) > 1 else None
    logger.set_correlation_id(headers.get("x-request-id") or trace_id)
    logger.append_keys(trace_id=trace_id)
