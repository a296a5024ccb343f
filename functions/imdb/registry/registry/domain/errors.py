"""What can go wrong in the registry, under the shared errors that decide the answer."""

from milkrun_core.errors import Conflict, InvalidRequest, Unavailable


class StateChangedMeanwhile(Conflict):
    """Somebody else replaced the state between our look and our write."""


class RegistryBusy(Unavailable):
    """The state changed under every one of our attempts; the release can be repeated."""


class SubmissionInvalid(InvalidRequest):
    """What was submitted is not what the contract says."""


class SubmissionTooLate(Conflict):
    """Whoever submitted this does not wait for the verdict any more, so nothing may follow from it."""


class SchemaTooLarge(InvalidRequest):
    """The SDL is larger than a schema may be."""


class UsageChangedMeanwhile(Conflict):
    """Somebody else counted the same operations between our look and our write."""
