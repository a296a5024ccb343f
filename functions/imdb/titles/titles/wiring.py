"""Builds the live ports, once per execution environment."""

from functools import lru_cache

from milkrun_core.tables import Table

from titles.ports import Titles
from titles.settings import TitlesSettings
from titles.store import TitleStore


@lru_cache
def live_titles() -> Titles:
    """The table of titles."""
    return TitleStore(Table(TitlesSettings().titles_table))
