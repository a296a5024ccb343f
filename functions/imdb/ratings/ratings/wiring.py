"""Builds the live ports, once per execution environment."""

from functools import lru_cache

from milkrun_core.rest import Rest
from milkrun_core.tables import Table

from ratings.domain.model import Prior
from ratings.monolith import Monolith
from ratings.ports import Ports
from ratings.settings import Origin, RatingsSettings
from ratings.store import RatingStore


@lru_cache
def live_store() -> RatingStore:
    """The table of ratings."""
    settings = RatingsSettings()
    return RatingStore(Table(settings.ratings_table), Prior(settings.prior_votes, settings.prior_mean))


@lru_cache
def live_ports() -> Ports:
    """Ratings from where the stack says."""
    settings = RatingsSettings()
    prior = Prior(settings.prior_votes, settings.prior_mean)
    if settings.origin is Origin.MONOLITH:
        return Ports(Monolith(Rest(settings.monolith_url)), prior)
    return Ports(live_store(), prior)
