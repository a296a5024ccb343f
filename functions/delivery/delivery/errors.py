"""Why a step of a release stops. A class name is what the state machines catch and what the release log shows.

Unavailable (of the core) is the only one that is tried again; all others decide.
"""

from __future__ import annotations

from botocore.exceptions import BotoCoreError, ClientError
from milkrun_core.errors import Conflict, InvalidRequest, MilkrunError, NotFound, Unavailable


class ReleaseNotFound(NotFound):
    """No release of this id was ever started."""


class UnknownTarget(NotFound):
    """The release does not go to this target."""


class ReleaseEnded(Conflict):
    """The release has its verdict; start a new one."""


class TargetLocked(Conflict):
    """Another execution changes this stack in this target."""


class LeaseLost(Conflict):
    """This execution no longer holds the lock: somebody took it after the lease had run out."""


class AccessRefused(MilkrunError):
    """IAM denied a call; the message says which."""


class CallRefused(MilkrunError):
    """AWS refused a call for a reason that trying again does not mend."""


class WrongAccount(MilkrunError):
    """The deploy role led into another account than the release says."""


class ArtifactIncomplete(NotFound):
    """The template or an object of the artifact is not where it must be."""


class DigestMismatch(MilkrunError):
    """An object of the artifact holds other bytes than its name says."""


class StackNotRecoverable(Conflict):
    """The stack is in a state that a person must look at."""


class AlarmActive(Conflict):
    """An alarm of the stack is in ALARM: deploying onto a sick stack would hide the cause."""


class RefusedChange(InvalidRequest):
    """The change set would remove or replace something that holds data."""


class ChangeSetFailed(InvalidRequest):
    """CloudFormation could not make the change set from this template and these parameters."""


class DeployFailed(MilkrunError):
    """The stack did not reach its new state."""


class CodeNotRunning(MilkrunError):
    """A function does not run the code of the release."""


class NoSmokeTest(InvalidRequest):
    """The stack has no output SmokeFunctionName, so nothing can show that it works."""


class SmokeTestFailed(MilkrunError):
    """The stack's own smoke test says that it does not work."""


class Unhealthy(MilkrunError):
    """Metrics or alarms show that the new version is sick."""


class NotEnoughEvidence(MilkrunError):
    """Too few requests reached the new version to call it healthy."""


class NoWayBack(Conflict):
    """There is no previous version to go back to, and the stack holds data: a person must decide."""


_TRANSIENT = frozenset(
    {
        "InternalError",
        "InternalFailure",
        "InternalServerError",
        "OperationInProgressException",
        "PriorRequestNotComplete",
        "ProvisionedThroughputExceededException",
        "RequestLimitExceeded",
        "RequestTimeout",
        "ServiceException",
        "ServiceUnavailable",
        "SlowDown",
        "Throttling",
        "ThrottlingException",
        "TooManyRequestsException",
        "TransactionInProgressException",
    }
)
_DENIED = frozenset({"AccessDenied", "AccessDeniedException", "UnauthorizedOperation", "403"})


def translate(error: BotoCoreError | ClientError) -> MilkrunError:
    """An error of AWS as one of ours: try again, denied, or refused."""
    if not isinstance(error, ClientError):
        return Unavailable(f"AWS did not answer: {error}")
    code = error.response["Error"].get("Code", "")
    if code in _TRANSIENT:
        return Unavailable(f"AWS asks to try {error.operation_name} again later: {code}")
    if code in _DENIED:
        return AccessRefused(f"{error.operation_name} was denied: {error.response['Error'].get('Message', code)}")
    return CallRefused(f"{error.operation_name}: {code}: {error.response['Error'].get('Message', '')}")
