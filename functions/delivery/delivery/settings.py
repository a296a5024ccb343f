"""Settings of the delivery functions, from their environment.

A plain dataclass instead of the core's settings: these functions run a few times a minute at most, so every one
of their starts is a cold one, and pydantic is a third of that.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import Self

from milkrun_core.errors import MilkrunError


class SettingMissing(MilkrunError):
    """The stack did not give the function an environment variable that it needs."""


@dataclass(frozen=True)
class Settings:
    """What every delivery function is told."""

    release_table: str

    @classmethod
    def from_environment(cls) -> Self:
        name = "MILKRUN_RELEASE_TABLE"
        if not (table := os.environ.get(name)):
            raise SettingMissing(f"{name} is not set: the delivery stack's template must give it to this function")
        return cls(table)
