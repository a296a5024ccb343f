"""The live parts, built once per execution environment and only when a step needs them."""

from __future__ import annotations

from functools import lru_cache

from delivery.aws import own
from delivery.settings import Settings
from delivery.store import ReleaseStore


@lru_cache
def store() -> ReleaseStore:
    return ReleaseStore(own("dynamodb"), Settings.from_environment().release_table)
