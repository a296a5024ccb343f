"""What the functions of this module are told by their stack."""

from milkrun_core.settings import CoreSettings


class PackSettings(CoreSettings):
    """Of the API and the worker."""

    pack_table: str
    plan_retention_days: int


class SmokeSettings(CoreSettings):
    """Of the smoke function: it is a client of the service, so it knows addresses and no table."""

    service_url: str
    pack_queue_url: str
