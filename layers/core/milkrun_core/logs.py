"""Logs: one line of JSON per fact, every line with service, cell, release and (within a request) correlation_id."""

import os

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
