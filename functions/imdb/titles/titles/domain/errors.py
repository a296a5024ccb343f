"""What can be wrong with a question about titles."""

from milkrun_core.errors import InvalidRequest


class TooMany(InvalidRequest):
    """More than one question may ask for."""
