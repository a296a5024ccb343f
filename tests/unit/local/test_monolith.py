"""The old catalogue service: what it answers."""

import json
from typing import Any

import pytest

from milkrun.local.monolith.answers import MAX_IDS, Tally, answer
from milkrun.local.monolith.data import Catalogue, read


@pytest.fixture(scope="module")
def catalogue(tmp_path_factory: pytest.TempPathFactory) -> Catalogue:
    folder = tmp_path_factory.mktemp("monolith")
    (folder / "title.ratings.tsv").write_text(
        "tconst\taverageRating\tnumVotes\ntt0000001\t8.1\t25000\ntt0000002\t10.0\t5\n"
    )
    (folder / "image.list.tsv").write_text(
        "imageId\turl\twidth\theight\tcaption\ttitles\tnames\n"
        "im1\t\\N\t600\t900\tA <poster>\ttt0000001,tt0000002\t\\N\n"
        "im2\t\\N\t300\t300\t\\N\t\\N\tnm0000329\n"
    )
    return read(folder)


def get(catalogue: Catalogue, target: str, status: int = 200) -> Any:
    given = answer(catalogue, target, Tally())
    assert given.status == status, given.body
    assert given.content_type == ("application/json" if status == 200 else "application/problem+json")
    return json.loads(given.body)


def test_it_says_that_it_is_well(catalogue: Catalogue) -> None:
    answered = {"/ratings": 0, "/images": 0}
    assert get(catalogue, "/health") == {"status": "ok", "ratings": 2, "images": 2, "answered": answered}


def test_it_counts_what_it_answered(catalogue: Catalogue) -> None:
    tally = Tally()
    for target in ("/ratings?ids=tt0000001", "/ratings/tt0000001", "/ratings/tt0000009", "/images/im1.svg", "/health"):
        answer(catalogue, target, tally)

    assert json.loads(answer(catalogue, "/health", tally).body)["answered"] == {"/ratings": 2, "/images": 1}


def test_ratings_come_in_the_order_asked_for_without_those_it_does_not_know(catalogue: Catalogue) -> None:
    assert get(catalogue, "/ratings?ids=tt0000002,tt0000009,tt0000001,tt0000002") == {
        "ratings": [
            {"tconst": "tt0000002", "averageRating": 10.0, "numVotes": 5},
            {"tconst": "tt0000001", "averageRating": 8.1, "numVotes": 25000},
        ]
    }


def test_ids_may_be_repeated_parameters_and_encoded(catalogue: Catalogue) -> None:
    assert len(get(catalogue, "/ratings?ids=tt0000001&ids=tt0000002")["ratings"]) == 2
    assert len(get(catalogue, "/ratings?ids=tt0000001%2Ctt0000002")["ratings"]) == 2


def test_no_ids_are_an_empty_list(catalogue: Catalogue) -> None:
    assert get(catalogue, "/images?ids=") == {"images": []}


def test_one_rating_is_an_object(catalogue: Catalogue) -> None:
    assert get(catalogue, "/ratings/tt0000001") == {"tconst": "tt0000001", "averageRating": 8.1, "numVotes": 25000}


def test_an_image_of_two_titles_is_given_for_each(catalogue: Catalogue) -> None:
    images = get(catalogue, "/images?ids=tt0000001,tt0000002,nm0000329")["images"]

    poster = {"id": "im1", "width": 600, "height": 900, "caption": "A <poster>", "href": "/images/im1.svg"}
    assert images[:2] == [poster | {"owner": "tt0000001"}, poster | {"owner": "tt0000002"}]
    assert (images[2]["owner"], images[2]["caption"]) == ("nm0000329", None)


def test_the_address_of_an_image_leads_to_a_picture(catalogue: Catalogue) -> None:
    given = answer(catalogue, "/images/im1.svg", Tally())

    assert (given.status, given.content_type) == (200, "image/svg+xml")
    assert b"A &lt;poster&gt;" in given.body


@pytest.mark.parametrize(
    "target",
    ["/", "/ratings/tt0000009", "/ratings/tt0000001/x", "/images/im1", "/images/im9.svg", "/titles", "/im1.svg", "//["],
)
def test_what_is_not_there_is_a_problem(catalogue: Catalogue, target: str) -> None:
    assert get(catalogue, target, 404)["title"] == "Not found"


def test_a_list_without_ids_says_how_to_ask(catalogue: Catalogue) -> None:
    assert get(catalogue, "/ratings", 400)["detail"] == "ids is missing: /ratings?ids=tt9000001,tt9000002"


def test_more_ids_than_allowed_are_refused(catalogue: Catalogue) -> None:
    ids = [f"tt{number:07}" for number in range(MAX_IDS + 1)]

    assert len(get(catalogue, f"/ratings?ids={','.join(ids[1:])}")["ratings"]) == 2
    assert "201 ids are asked for, 200 at most" in get(catalogue, f"/ratings?ids={','.join(ids)}", 400)["detail"]
