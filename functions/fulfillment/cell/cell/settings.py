"""What the functions of this module are told by their stack."""

from milkrun_core.settings import CoreSettings


class CellSettings(CoreSettings):
    """Of the front page."""

    domain_name: str
    region: str


class SmokeSettings(CoreSettings):
    """Of the smoke function."""

    cell_url: str
