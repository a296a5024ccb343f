"""Builds the live ports, once per execution environment."""

import random
import time
from datetime import UTC, datetime, timedelta
from functools import lru_cache

from milkrun_core.aws import client
from milkrun_graph.checks import Policy, WithoutOperations
from milkrun_graph.checks.policy import parse_choice, parse_threshold

from registry.bucket import S3Bucket
from registry.ports import Ports, Rules
from registry.settings import RegistrySettings, UsageSettings
from registry.usage_table import UsageTable

LONGEST_PAUSE = 1.0


@lru_cache
def live_ports() -> Ports:
    """Of the judge: bucket, recorded operations and the clock."""
    settings = RegistrySettings()
    return Ports(
        bucket=S3Bucket(client("s3"), settings.registry_bucket),
        usage=UsageTable(client("dynamodb"), settings.usage_table),
        rules=_rules(settings),
        now=lambda: datetime.now(UTC),
        pause=pause,
    )


def _rules(settings: RegistrySettings) -> Rules:
    policy = Policy(
        threshold=parse_threshold(settings.breaking_threshold),
        without_operations=parse_choice(WithoutOperations, settings.without_operations),
    )
    return Rules(
        policy=policy,
        window=timedelta(days=settings.usage_days),
        staged=timedelta(minutes=settings.staged_minutes),
        checked=settings.checked_operations,
        prepared=settings.prepared_operations,
    )


@lru_cache
def live_usage() -> UsageTable:
    """Of the worker: the table that it counts in."""
    settings = UsageSettings()
    return UsageTable(client("dynamodb"), settings.usage_table, timedelta(days=settings.usage_retention_days))


def pause(attempt: int) -> None:
    """Let others finish: a random while, longer with every attempt."""
    time.sleep(random.uniform(0, min(LONGEST_PAUSE, 0.02 * 2**attempt)))  # noqa: S311 - no secret depends on it
