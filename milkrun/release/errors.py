"""What can go wrong with a release before the machines have it, and how one ends that did not pass.

exit code 1   ReleaseNotPassed     the release ended without reaching its last stop
exit code 2   NoSuchRelease, NoSuchArtifact, ParametersWrong   what was asked for is not there, or does not fit
exit code 3   DeliveryNotDeployed  nobody there who could release
exit code 5   ReleaseInProgress    another release of the service is under way
"""

from milkrun.errors import MilkrunError


class ReleaseNotPassed(MilkrunError):
    """The release stopped; the message says where and why."""


class NoSuchRelease(MilkrunError):
    """No release of this id, or of this service, was ever started."""

    exit_code = 2


class NoSuchArtifact(MilkrunError):
    """The artifact was never built, or not in this cloud."""

    exit_code = 2


class ParametersWrong(MilkrunError):
    """fleet.yaml and the template disagree about the stack's parameters."""

    exit_code = 2


class DeliveryNotDeployed(MilkrunError):
    """The delivery account has no delivery stack yet."""

    exit_code = 3


class ReleaseInProgress(MilkrunError):
    """Another release of this service is under way."""

    exit_code = 5
