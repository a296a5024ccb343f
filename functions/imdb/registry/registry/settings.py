"""What the functions of this module are told by their stack."""

from milkrun_core.settings import CoreSettings


class BucketSettings(CoreSettings):
    """Of everybody who looks into the bucket."""

    registry_bucket: str


class RegistrySettings(BucketSettings):
    """Of the judge of submissions."""

    usage_table: str
    usage_days: int
    breaking_threshold: str
    without_operations: str
    staged_minutes: int
    checked_operations: int
    prepared_operations: int


class UsageSettings(CoreSettings):
    """Of the worker that counts operations."""

    usage_table: str
    usage_retention_days: int
