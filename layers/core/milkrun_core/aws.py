"""Clients for AWS: short timeouts and few retries, so that a slow dependency costs a request and not a function."""

from functools import lru_cache
from typing import Any

import boto3
from botocore.config import Config

from milkrun_core.timeouts import ATTEMPTS, CONNECT_SECONDS, READ_SECONDS


def client_config(read_seconds: int = READ_SECONDS) -> Config:
    """Timeouts and retries of one client; ask for more ``read_seconds`` only where the call itself waits."""
    return Config(
        connect_timeout=CONNECT_SECONDS,
        read_timeout=read_seconds,
        retries={"mode": "standard", "total_max_attempts": ATTEMPTS},
    )


@lru_cache
def client(service: str) -> Any:
    """The client of one service, made once per execution environment."""
    return boto3.client(service, config=client_config())  # type: ignore[call-overload]
