"""What can be wrong with a question about people."""

from milkrun_core.errors import InvalidRequest


class TooMany(InvalidRequest):
    """More titles than one person is asked for."""


class TooManyPeople(InvalidRequest):
    """More people than one request may ask for."""
