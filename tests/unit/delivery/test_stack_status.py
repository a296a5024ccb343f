"""Every status that CloudFormation knows has its meaning for a release."""

import botocore.session
import pytest
from delivery.domain.stack_status import DEPLOYED, SERVING, SITUATIONS, Situation, is_settled, situation


def test_every_status_of_the_api_is_in_the_table() -> None:
    model = botocore.session.get_session().get_service_model("cloudformation")
    assert set(model.shape_for("StackStatus").metadata["enum"]) == set(SITUATIONS)


@pytest.mark.parametrize("status", sorted(SITUATIONS))
def test_what_is_in_progress_is_waited_for_and_nothing_else_is(status: str) -> None:
    in_progress = status.endswith("_IN_PROGRESS") and status != "REVIEW_IN_PROGRESS"
    assert is_settled(status) is not in_progress


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        (None, Situation.ABSENT),
        ("REVIEW_IN_PROGRESS", Situation.ABSENT),
        ("ROLLBACK_COMPLETE", Situation.NEVER_MADE),
        ("UPDATE_ROLLBACK_FAILED", Situation.ROLLBACK_STUCK),
        ("UPDATE_FAILED", Situation.HALF_DONE),
        ("DELETE_FAILED", Situation.BROKEN),
        ("A_STATUS_OF_TOMORROW", Situation.BROKEN),
    ],
)
def test_what_a_release_does_about_it(status: str | None, expected: Situation) -> None:
    assert situation(status) is expected


def test_only_a_whole_update_counts_as_deployed() -> None:
    assert {"CREATE_COMPLETE", "UPDATE_COMPLETE", "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS"} == DEPLOYED | SERVING
