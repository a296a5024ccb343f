"""The graphlet of people, from a row of the file to an answer for the gateway."""

from collections.abc import Iterator
from typing import Any

import pytest
from milkrun_core.errors import InvalidRequest, Unavailable
from milkrun_core.smoke import SmokeTestFailed
from milkrun_graph.subgraph.entry import NothingAnswered
from people import graphlet, importer, publish, smoke
from people.store import PeopleStore

from tests.support.graphlets import CountedTable, Functions, a_table, event

call = Functions({"graphlet": graphlet.handler, "import": importer.handler})


@pytest.fixture
def table(monkeypatch: pytest.MonkeyPatch) -> Iterator[CountedTable]:
    with a_table("people") as made:
        counted = CountedTable(made)
        for entry_point in (graphlet, importer):
            monkeypatch.setattr(entry_point, "live_people", lambda: PeopleStore(counted))  # type: ignore[arg-type]
        yield counted


def asked(query: str, **variables: Any) -> Any:
    return call("graphlet", {"graphql": {"query": query, "variables": variables}})


@pytest.mark.usefixtures("table")
def test_a_person_is_answered_as_imported() -> None:
    assert call("import", event("people", "import-name-basics")) == {"written": 2}
    answer = call("graphlet", event("people", "graphql-known-for"))
    known = [{"__typename": "Title", "id": "tt9000015"}, {"__typename": "Title", "id": "tt9000032"}]
    assert answer == {"data": {"name": {"nameText": "Jackie Chan", "knownFor": known}}}


@pytest.mark.usefixtures("table")
def test_a_person_without_a_name_is_somebody_all_the_same() -> None:
    call("import", event("people", "import-name-basics"))
    answer = asked('{ name(id: "nm9000002") { id nameText birthYear professions knownFor { id } } }')
    expected: dict[str, Any] = {
        "id": "nm9000002",
        "nameText": None,
        "birthYear": None,
        "professions": [],
        "knownFor": [],
    }
    assert answer == {"data": {"name": expected}}


@pytest.mark.usefixtures("table")
def test_importing_twice_changes_nothing() -> None:
    for _ in range(2):
        call("import", event("people", "import-name-basics"))
    assert len(asked('{ names(ids: ["nm0000329", "nm9000002"]) { id } }')["data"]["names"]) == 2


def test_two_hundred_people_are_one_read_and_whom_there_is_not_is_null(table: CountedTable) -> None:
    call("import", event("people", "import-name-basics"))
    keys = [{"__typename": "Name", "id": f"nm{index:07}"} for index in range(328, 528)]
    query = "query ($r: [_Any!]!) { _entities(representations: $r) { ... on Name { birthYear knownFor { id } } } }"
    entities = asked(query, r=keys)["data"]["_entities"]
    assert [entities[0], entities[1]["birthYear"], *entities[2:4]] == [None, 1954, None, None]
    assert table.reads == [200]


@pytest.mark.usefixtures("table")
def test_people_come_in_the_order_of_their_ids() -> None:
    call("import", event("people", "import-name-basics"))
    answer = asked('{ names(ids: ["nm9000002", "nm1111111", "nm0000329"]) { id } }')
    assert answer["data"]["names"] == [{"id": "nm9000002"}, None, {"id": "nm0000329"}]


@pytest.mark.usefixtures("table")
@pytest.mark.parametrize(
    ("query", "code"),
    [
        ('{ name(id: "nm0000329") { knownFor(first: 51) { id } } }', "TooMany"),
        ('{ name(id: "nm0000329") { knownFor(first: -1) { id } } }', "TooMany"),
        ("{ names(ids: [" + '"nm1", ' * 201 + "]) { id } }", "TooManyPeople"),
    ],
)
def test_asking_for_too_much_is_refused_in_words(query: str, code: str) -> None:
    call("import", event("people", "import-name-basics"))
    (error,) = asked(query)["errors"]
    assert error["extensions"]["code"] == code


@pytest.mark.usefixtures("table")
@pytest.mark.parametrize("row", [{"nconst": "tt0000001"}, {"nconst": "nm1"}, {"nconst": "nm0000001", "birthYear": "?"}])
def test_a_row_that_is_none_is_refused_with_its_place_and_nothing_is_written(row: dict[str, Any]) -> None:
    rows = [*event("people", "import-name-basics")["rows"], row]
    with pytest.raises(InvalidRequest, match=r"rows\[2\]"):
        call("import", {"file": "name.basics", "rows": rows})
    assert asked('{ name(id: "nm0000329") { id } }') == {"data": {"name": None}}


def test_a_table_that_is_away_fails_the_function_so_that_it_is_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    class Away:
        """A store that never answers."""

        def find(self, _: Any) -> Any:
            raise Unavailable("the table did not answer")

    monkeypatch.setattr(graphlet, "live_people", Away)
    with pytest.raises(NothingAnswered, match="did not answer"):
        call("graphlet", event("people", "graphql-entities"))


@pytest.mark.usefixtures("table")
def test_the_smoke_test_needs_nothing_loaded_and_passes_again() -> None:
    for _ in range(2):
        assert smoke.run(call, "graphlet", "import")["ok"] is True


@pytest.mark.usefixtures("table")
def test_the_smoke_test_sees_a_graphlet_that_loses_what_it_is_told() -> None:
    forgetful = Functions({"graphlet": graphlet.handler, "import": lambda *_: {"written": 1}})
    with pytest.raises(SmokeTestFailed, match="by id"):
        smoke.run(forgetful, "graphlet", "import")


def test_the_publisher_publishes_under_the_name_that_its_policy_allows() -> None:
    assert publish.handler.__closure__ is not None
    assert "people" in [cell.cell_contents for cell in publish.handler.__closure__]
