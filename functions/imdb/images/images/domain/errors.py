"""What can be wrong with a question about images."""

from milkrun_core.errors import InvalidRequest, NotFound


class TooMany(InvalidRequest):
    """More than one question may ask for."""


class NoSuchImage(NotFound):
    """That title or person has no picture of that id."""
