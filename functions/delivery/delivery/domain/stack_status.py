"""What each status of a CloudFormation stack means for a release that comes to change it."""

from __future__ import annotations

from enum import StrEnum


class Situation(StrEnum):
    """What may be done with a stack now."""

    ABSENT = "absent"  # create it
    READY = "ready"  # update it
    BUSY = "busy"  # something is under way: wait
    UPDATING = "updating"  # an update is under way that may be canceled
    NEVER_MADE = "never-made"  # its first creation failed: delete, then create again
    ROLLBACK_STUCK = "rollback-stuck"  # continue the rollback
    HALF_DONE = "half-done"  # an update stopped in the middle with rollback disabled: roll back
    BROKEN = "broken"  # a person must look


SITUATIONS: dict[str, Situation] = {
    "CREATE_COMPLETE": Situation.READY,
    "CREATE_FAILED": Situation.NEVER_MADE,
    "CREATE_IN_PROGRESS": Situation.BUSY,
    "DELETE_COMPLETE": Situation.ABSENT,
    "DELETE_FAILED": Situation.BROKEN,
    "DELETE_IN_PROGRESS": Situation.BUSY,
    "IMPORT_COMPLETE": Situation.READY,
    "IMPORT_IN_PROGRESS": Situation.BUSY,
    "IMPORT_ROLLBACK_COMPLETE": Situation.READY,
    "IMPORT_ROLLBACK_FAILED": Situation.BROKEN,
    "IMPORT_ROLLBACK_IN_PROGRESS": Situation.BUSY,
    "REVIEW_IN_PROGRESS": Situation.ABSENT,
    "ROLLBACK_COMPLETE": Situation.NEVER_MADE,
    "ROLLBACK_FAILED": Situation.NEVER_MADE,
    "ROLLBACK_IN_PROGRESS": Situation.BUSY,
    "UPDATE_COMPLETE": Situation.READY,
    "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS": Situation.BUSY,
    "UPDATE_FAILED": Situation.HALF_DONE,
    "UPDATE_IN_PROGRESS": Situation.UPDATING,
    "UPDATE_ROLLBACK_COMPLETE": Situation.READY,
    "UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS": Situation.BUSY,
    "UPDATE_ROLLBACK_FAILED": Situation.ROLLBACK_STUCK,
    "UPDATE_ROLLBACK_IN_PROGRESS": Situation.BUSY,
}

DEPLOYED = frozenset({"CREATE_COMPLETE", "UPDATE_COMPLETE"})
# The new version serves already; only the removal of what it replaced is under way.
SERVING = frozenset({"UPDATE_COMPLETE_CLEANUP_IN_PROGRESS"})


def situation(status: str | None) -> Situation:
    """The situation of a stack; a status that we do not know is for a person."""
    if status is None:
        return Situation.ABSENT
    return SITUATIONS.get(status, Situation.BROKEN)


def is_settled(status: str | None) -> bool:
    """Whether CloudFormation has finished what it was doing."""
    return situation(status) not in {Situation.BUSY, Situation.UPDATING}
