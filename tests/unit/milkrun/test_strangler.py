"""What the strangler demonstration calls right, and how it counts."""

import json
from typing import Any

import pytest

from milkrun.demo.strangler import Phase, Strangled, StranglerFailed, fault, phases, require_unnoticed
from milkrun.demo.traffic import Answer
from milkrun.release.history import ReleaseView

KNOWN = {"tt9000001": (6.5, 885838), "tt9000002": (7.3, 920272)}
FIRST = {"id": "tt9000001", "rating": {"average": 6.5, "votes": 885838}}


def body(*titles: Any, **more: Any) -> str:
    return json.dumps({"data": {"titles": titles}, **more})


@pytest.mark.parametrize(
    ("status", "answer", "wrong"),
    [
        (200, body(FIRST), ""),
        (200, body(FIRST, {"id": "tt9000002", "rating": None}), "a wrong rating"),
        (200, body({"id": "tt9000001", "rating": {"average": 6.6, "votes": 885838}}), "a wrong rating"),
        (200, body(None), "a wrong rating"),
        (200, body(FIRST, errors=[{"message": "ratings is away"}]), "ratings is away"),
        (503, "", "status 503"),
    ],
)
def test_only_the_known_rating_without_any_error_is_right(status: int, answer: str, wrong: str) -> None:
    found = fault(KNOWN, status, answer)
    assert found.startswith(wrong)
    assert bool(found) == bool(wrong)


def test_an_answer_belongs_to_the_phase_in_which_it_was_asked() -> None:
    answers = [Answer("imdb", 1, 1.5), Answer("imdb", 5, 12), Answer("imdb", 11, 11.5, "late"), Answer("imdb", 20, 21)]
    assert list(phases(answers, (4, 11), [0, 7, 9, 9])) == [
        Phase("before", 1, 0, 500, 7),
        Phase("during the release", 1, 0, 7000, 2),
        Phase("after", 1, 1, 750, 0, "late"),
    ]


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        (Phase("before", 9, 1, 5.0, 9, "status 500"), Phase("after", 9, 0, 5.0, 0), "1 failed: status 500"),
        (Phase("before", 9, 0, 5.0, 0), Phase("after", 9, 0, 5.0, 0), "was not asked even before"),
        (Phase("before", 9, 0, 5.0, 9), Phase("after", 9, 0, 5.0, 3), "still asked 3 times"),
        (Phase("before", 9, 0, 5.0, 9), Phase("after", 0, 0, None, 0), "0 served"),
    ],
)
def test_a_replacement_that_was_noticed_or_did_not_happen_fails(before: Phase, after: Phase, said: str) -> None:
    view = ReleaseView.__new__(ReleaseView)
    object.__setattr__(view, "verdict", "pass")
    with pytest.raises(StranglerFailed, match=said):
        require_unnoticed(Strangled(view, (before, Phase("during the release", 9, 0, 5.0, 2), after)))
