"""The graphlet of ratings: the formula against published figures, and the graphlet before each of its origins."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from milkrun_core.errors import InvalidRequest, Unavailable
from milkrun_core.rest import Rest
from milkrun_core.smoke import SmokeTestFailed
from ratings import graphlet, importer, smoke
from ratings.domain.model import Prior, Rating
from ratings.monolith import Monolith
from ratings.ports import Ports
from ratings.settings import Origin
from ratings.store import RatingStore

from tests.support.graphlets import ROOT, CountedTable, Functions, a_table, event

PUBLISHED = json.loads((ROOT / "tests/data/catalogue_ratings/weighted_rating_published.json").read_text())
PRIOR = Prior(25_000, 7.0)
call = Functions({"graphlet": graphlet.handler, "import": importer.handler})
ratings_of = st.builds(
    Rating,
    st.integers(1, 10**8).map(lambda n: f"tt{n:07}"),
    st.floats(1, 10).map(lambda x: round(x, 1)),
    st.integers(0),
)


@pytest.mark.parametrize("row", PUBLISHED["rows"], ids=lambda row: row["title"])
def test_the_weighted_rating_is_the_published_one(row: dict[str, Any]) -> None:
    prior = Prior(PUBLISHED["m"], PUBLISHED["C"])
    rating = Rating("tt0000001", row["average"], row["votes"])
    assert prior.weighted(rating) == pytest.approx(row["score"], abs=PUBLISHED["tolerance"])


@given(rating=ratings_of)
def test_the_weighted_rating_lies_between_the_mean_and_the_titles_own(rating: Rating) -> None:
    weighted = PRIOR.weighted(rating)
    assert min(rating.average, 7.0) - 1e-9 <= weighted <= max(rating.average, 7.0) + 1e-9


def test_a_title_without_votes_is_as_good_as_the_mean() -> None:
    assert PRIOR.weighted(Rating("tt0000001", 1.0, 0)) == 7.0
    assert Prior(0, 7.0).weighted(Rating("tt0000001", 1.0, 0)) == 7.0


@given(ratings=st.lists(ratings_of.filter(lambda one: one.votes < 10**12), min_size=2, max_size=5))
def test_places_sort_by_weight_then_votes_then_id(ratings: list[Rating]) -> None:
    def rank(one: Rating) -> tuple[float, int, str]:
        return (round(10 - PRIOR.weighted(one), 9), -one.votes, one.title_id)

    assert sorted(ratings, key=PRIOR.place) == sorted(ratings, key=rank)


@pytest.fixture
def table(monkeypatch: pytest.MonkeyPatch) -> Iterator[CountedTable]:
    with a_table("ratings") as made:
        counted = CountedTable(made)
        store = RatingStore(counted, PRIOR)  # type: ignore[arg-type]
        monkeypatch.setattr(importer, "live_store", lambda: store)
        monkeypatch.setattr(graphlet, "live_ports", lambda: Ports(store, PRIOR))
        yield counted


def rows(*ratings: tuple[str, str, str]) -> dict[str, Any]:
    names = ("tconst", "averageRating", "numVotes")
    return {"file": "title.ratings", "rows": [dict(zip(names, one, strict=True)) for one in ratings]}


@pytest.mark.usefixtures("table")
def test_a_rating_is_answered_as_imported_and_none_is_null() -> None:
    call("import", event("ratings", "import-title-ratings"))
    rated, unrated = call("graphlet", event("ratings", "graphql-entities"))["data"]["_entities"]
    assert rated["rating"] | {"weighted": 0} == {"average": 6.5, "votes": 885838, "weighted": 0}
    assert rated["rating"]["weighted"] == pytest.approx(6.51373, abs=1e-5)
    assert unrated == {"rating": None}


@pytest.mark.usefixtures("table")
def test_the_top_is_ranked_and_leaves_out_what_few_have_rated() -> None:
    given = [("tt0000001", "9.0", "30000"), ("tt0000002", "9.9", "24999"), ("tt0000003", "9.0", "300000")]
    call("import", rows(*given, ("tt0000005", "9.0", "30000"), ("tt0000004", "9.0", "30000")))
    top = call("graphlet", {"graphql": {"query": "{ topRated(first: 3) { id } }"}})["data"]["topRated"]
    assert [title["id"] for title in top] == ["tt0000003", "tt0000001", "tt0000004"]
    assert call("graphlet", {"graphql": {"query": "{ topRated(first: 0) { id } }"}})["data"]["topRated"] == []


@pytest.mark.usefixtures("table")
def test_a_title_that_loses_its_votes_leaves_the_ranking() -> None:
    call("import", rows(("tt0000001", "9.0", "30000")))
    call("import", rows(("tt0000001", "9.0", "3")))
    assert call("graphlet", {"graphql": {"query": "{ topRated { id } }"}})["data"]["topRated"] == []


@pytest.mark.usefixtures("table")
@pytest.mark.parametrize("row", [("tt1", "9", "1"), ("tt0000001", "11", "1"), ("tt0000001", "9", "-1")])
def test_a_row_that_is_none_is_refused(row: tuple[str, str, str]) -> None:
    with pytest.raises(InvalidRequest, match=r"rows\[0\]"):
        call("import", rows(row))


class OldService:
    """The older service, which has one rating and counts who asks."""

    def __init__(self, status: int = 200, body: bytes | None = None) -> None:
        self.status, self.body, self.urls = status, body, list[str]()

    def request(self, method: str, url: str) -> Any:  # noqa: ARG002 - the protocol
        self.urls.append(url)
        known = [{"tconst": "tt9000001", "averageRating": 6.5, "numVotes": 10}] if "tt9000001" in url else []
        body = json.dumps({"ratings": known}).encode() if self.body is None else self.body
        return type("Reply", (), {"status": self.status, "data": body})


def from_monolith(monkeypatch: pytest.MonkeyPatch, service: OldService) -> None:
    ports = Ports(Monolith(Rest("http://old.example/", service)), PRIOR)
    monkeypatch.setattr(graphlet, "live_ports", lambda: ports)


def test_the_older_service_is_asked_once_for_two_hundred_titles(monkeypatch: pytest.MonkeyPatch) -> None:
    service = OldService()
    from_monolith(monkeypatch, service)
    asked = event("ratings", "graphql-entities")
    asked["graphql"]["variables"]["r"] = [{"__typename": "Title", "id": f"tt{9000001 + n}"} for n in range(200)]
    entities = call("graphlet", asked)["data"]["_entities"]
    assert (entities[0]["rating"]["average"], entities[1]) == (6.5, {"rating": None})
    assert len(service.urls) == 1
    assert service.urls[0].startswith("http://old.example/ratings?ids=tt9000001,tt9000002,")


@pytest.mark.parametrize(("status", "body"), [(500, b"{}"), (200, b"<html>"), (200, b'{"ratings": [{}]}')])
def test_an_older_service_that_makes_no_sense_is_unavailable(status: int, body: bytes) -> None:
    with pytest.raises(Unavailable):
        Monolith(Rest("http://old.example", OldService(status, body))).find(["tt1"])


def test_the_older_service_does_not_rank_and_the_answer_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    from_monolith(monkeypatch, OldService())
    answer = call("graphlet", event("ratings", "graphql-top"))
    assert answer["data"] == {"topRated": None}
    assert answer["errors"][0]["extensions"]["code"] == "NotRanked"


@pytest.mark.usefixtures("table")
def test_the_smoke_test_needs_nothing_loaded_whatever_the_origin(monkeypatch: pytest.MonkeyPatch) -> None:
    assert smoke.run(call, "graphlet", "import", Origin.TABLE)["ok"] is True
    from_monolith(monkeypatch, OldService())
    assert smoke.run(call, "graphlet", "import", Origin.MONOLITH)["ok"] is True


@pytest.mark.usefixtures("table")
def test_the_smoke_test_sees_a_graphlet_that_loses_what_it_is_told() -> None:
    forgetful = Functions({"graphlet": graphlet.handler, "import": lambda *_: {"written": 1}})
    with pytest.raises(SmokeTestFailed, match="by key from the table"):
        smoke.run(forgetful, "graphlet", "import", Origin.TABLE)
