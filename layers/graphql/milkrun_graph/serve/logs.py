"""The server's log: one JSON object per line, with what a record was given beside its message."""

from __future__ import annotations

import logging

import orjson

_KEYS = ("correlation_id", "causes")


class _Json(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        found = {"level": record.levelname, "message": record.getMessage()}
        found |= {key: value for key in _KEYS if (value := getattr(record, key, None)) is not None}
        if record.exc_info:
            found["exception"] = self.formatException(record.exc_info)
        return orjson.dumps(found, default=str).decode()


def log_to_stderr() -> None:
    """What the gateway has to say, from warnings on."""
    handler = logging.StreamHandler()
    handler.setFormatter(_Json())
    log = logging.getLogger("milkrun_graph")
    log.addHandler(handler)
    log.propagate = False
