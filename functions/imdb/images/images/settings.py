"""What the functions of this module are told by their stack."""

from enum import StrEnum

from milkrun_core.settings import CoreSettings


class Origin(StrEnum):
    """Where images come from."""

    MONOLITH = "monolith"
    TABLE = "table"


class ImagesSettings(CoreSettings):
    """Of the graphlet, its import and the drawings."""

    images_table: str
    origin: Origin
    monolith_url: str
    images_url: str


class SmokeSettings(CoreSettings):
    """Of the smoke function: it is a client of the others, so it knows functions, an address and no table."""

    graphlet_function: str
    import_function: str
    images_url: str
    origin: Origin
