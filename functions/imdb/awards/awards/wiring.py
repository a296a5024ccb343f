"""Builds the live ports, once per execution environment."""

from functools import lru_cache

from milkrun_core.tables import Table

from awards.ports import Awards
from awards.settings import AwardsSettings
from awards.store import AwardStore


@lru_cache
def live_awards() -> Awards:
    """The table of awards."""
    return AwardStore(Table(AwardsSettings().awards_table))
