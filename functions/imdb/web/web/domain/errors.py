"""What can keep a page from being shown."""

from milkrun_core.errors import NotFound, Unavailable


class NoSuchPage(NotFound):
    """There is no person, title or path of that name."""


class GatewayAway(Unavailable):
    """The graph's gateway gave no answer in time."""


class GatewayRefused(Unavailable):
    """The gateway gave an answer, and it holds no data: it does not know the question, or it fails."""


class PartAway(Unavailable):
    """The gateway answered, but the part that the page is about did not."""
