"""What can be wrong with a question about ratings."""

from milkrun_core.errors import InvalidRequest, Unprocessable


class TooMany(InvalidRequest):
    """More than one question may ask for."""


class NotRanked(Unprocessable):
    """The older service, which the ratings come from, does not rank titles."""
