"""Settings of a function, read from its environment as a type."""

from pydantic_settings import BaseSettings, SettingsConfigDict


class CoreSettings(BaseSettings):
    """What every function is told; a module adds its own names and gives no defaults to resources.

    ``MILKRUN_CELL`` and ``MILKRUN_RELEASE`` come from the stack's parameters ``Target`` and ``Release``.
    """

    model_config = SettingsConfigDict(env_prefix="MILKRUN_", frozen=True, extra="ignore")

    cell: str
    release: str
