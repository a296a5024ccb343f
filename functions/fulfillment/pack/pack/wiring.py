"""Builds the live ports, once per execution environment."""

import time
from datetime import UTC, datetime, timedelta
from functools import lru_cache

from pack.domain.planning import SecondsLeft
from pack.packvium_packer import PackviumPacker
from pack.ports import Ports
from pack.settings import PackSettings
from pack.store import DynamoBoxStore, DynamoPlanStore


@lru_cache
def live_ports() -> Ports:
    """The table, the packer and the clocks."""
    settings = PackSettings()
    return Ports(
        plans=DynamoPlanStore.at(settings.pack_table, timedelta(days=settings.plan_retention_days)),
        boxes=DynamoBoxStore.at(settings.pack_table),
        packer=PackviumPacker(),
        now=lambda: datetime.now(UTC),
        stopwatch=stopwatch,
    )


def stopwatch(seconds: float) -> SecondsLeft:
    """What is left of ``seconds``, from now."""
    end = time.monotonic() + seconds
    return lambda: end - time.monotonic()
