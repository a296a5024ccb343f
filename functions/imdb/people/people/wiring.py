"""Builds the live ports, once per execution environment."""

from functools import lru_cache

from milkrun_core.tables import Table

from people.ports import People
from people.settings import PeopleSettings
from people.store import PeopleStore


@lru_cache
def live_people() -> People:
    """The table of people."""
    return PeopleStore(Table(PeopleSettings().people_table))
