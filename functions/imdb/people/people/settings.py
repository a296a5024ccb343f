"""What the functions of this module are told by their stack."""

from milkrun_core.settings import CoreSettings


class PeopleSettings(CoreSettings):
    """Of the graphlet and its import."""

    people_table: str


class SmokeSettings(CoreSettings):
    """Of the smoke function: it is a client of the others, so it knows functions and no table."""

    graphlet_function: str
    import_function: str
