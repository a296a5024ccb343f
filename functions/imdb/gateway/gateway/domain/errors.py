"""What can keep the gateway from answering at all.  What goes wrong within an operation is the library's matter."""

from milkrun_core.errors import InvalidRequest, MilkrunError, Unavailable


class SettingInvalid(MilkrunError):
    """The stack tells the function something that makes no sense: ``setting`` is its name."""


class RegistryUnusable(Unavailable):
    """The registry did not answer, or what it answered cannot be served."""


class SupergraphMissing(Unavailable):
    """There is nothing to serve yet: no graphlet has been published, or the registry was never reached."""


class AwsRefused(Unavailable):
    """A service of AWS answered, but not with what was asked for: ``status`` and the body's beginning are facts."""


class AnswerTooLong(MilkrunError):
    """Lambda would not carry the answer: ask for less at once."""


class TokenRefused(InvalidRequest):
    """The bearer token is not one of ours, or no longer: RFC 6750's ``invalid_token``, which is a 401."""
