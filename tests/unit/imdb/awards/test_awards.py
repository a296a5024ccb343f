"""The graphlet of awards, from a row of the file to an answer for the gateway."""

from collections.abc import Iterator
from typing import Any

import pytest
from awards import graphlet, importer, smoke
from awards.store import AwardStore
from milkrun_core.errors import InvalidRequest

from tests.support.graphlets import CountedTable, Functions, a_table, event

call = Functions({"graphlet": graphlet.handler, "import": importer.handler})


@pytest.fixture
def table(monkeypatch: pytest.MonkeyPatch) -> Iterator[CountedTable]:
    with a_table("awards") as made:
        counted = CountedTable(made)
        for entry_point in (graphlet, importer):
            monkeypatch.setattr(entry_point, "live_awards", lambda: AwardStore(counted))  # type: ignore[arg-type]
        yield counted


def an_award(**more: Any) -> dict[str, Any]:
    return {**event("awards", "import-award-list")["rows"][0], **more}


def load(*rows: dict[str, Any]) -> None:
    call("import", {"file": "award.list", "rows": list(rows)})


@pytest.mark.usefixtures("table")
def test_an_award_is_answered_as_imported() -> None:
    call("import", event("awards", "import-award-list"))
    award = {"event": "Academy Awards", "category": "Honorary Award", "year": 2016, "outcome": "WINNER"}
    assert call("graphlet", event("awards", "graphql-entities"))["data"] == {"_entities": [{"awards": [award]}]}
    assert call("graphlet", event("awards", "graphql-award"))["data"] == {"awards": [{"id": "aw9000001", **award}]}


@pytest.mark.usefixtures("table")
def test_awards_of_titles_and_people_are_the_same_and_the_latest_comes_first() -> None:
    load(an_award(awardId="a1", year="1999", titles=["tt9000001"]), an_award(awardId="a2", year="2001"))
    load(an_award(awardId="a2", year="2001"))
    query = """{ awards(owner: "nm0000329") { id titles { id awards { id names { id } } } } }"""
    assert call("graphlet", {"graphql": {"query": query}})["data"]["awards"] == [
        {"id": "a2", "titles": []},
        {"id": "a1", "titles": [{"id": "tt9000001", "awards": [{"id": "a1", "names": [{"id": "nm0000329"}]}]}]},
    ]


def test_two_hundred_owners_are_one_read_and_none_where_nothing_is_asked(table: CountedTable) -> None:
    asked = event("awards", "graphql-entities")
    asked["graphql"]["variables"]["r"] = [{"__typename": "Name", "id": f"nm{n:07}"} for n in range(200)]
    assert call("graphlet", asked)["data"]["_entities"] == [{"awards": []}] * 200
    assert table.reads == [200]


@pytest.mark.usefixtures("table")
@pytest.mark.parametrize("wrong", [{"awardId": ""}, {"year": "soon"}, {"outcome": "loser"}, {"event": None}])
def test_a_row_that_is_none_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(InvalidRequest, match=r"rows\[0\]"):
        load(an_award(**wrong))


@pytest.mark.usefixtures("table")
def test_the_smoke_test_needs_nothing_loaded_and_passes_again() -> None:
    for _ in range(2):
        assert smoke.run(call, "graphlet", "import")["ok"] is True
