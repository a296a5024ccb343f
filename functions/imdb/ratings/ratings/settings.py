"""What the functions of this module are told by their stack."""

from enum import StrEnum

from milkrun_core.settings import CoreSettings


class Origin(StrEnum):
    """Where ratings come from."""

    MONOLITH = "monolith"
    TABLE = "table"


class RatingsSettings(CoreSettings):
    """Of the graphlet and its import."""

    ratings_table: str
    origin: Origin
    monolith_url: str
    prior_votes: float
    prior_mean: float


class SmokeSettings(CoreSettings):
    """Of the smoke function: it is a client of the others, so it knows functions and no table."""

    graphlet_function: str
    import_function: str
    origin: Origin
