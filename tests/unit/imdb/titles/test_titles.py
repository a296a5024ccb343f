"""The graphlet of titles, from rows of the files to an answer for the gateway."""

from collections.abc import Iterator
from typing import Any

import pytest
from milkrun_core.errors import InvalidRequest
from titles import graphlet, importer, smoke
from titles.domain.model import kind_of
from titles.store import TitleStore

from tests.support.graphlets import CountedTable, Functions, a_table, event

call = Functions({"graphlet": graphlet.handler, "import": importer.handler})


@pytest.fixture
def table(monkeypatch: pytest.MonkeyPatch) -> Iterator[CountedTable]:
    with a_table("titles") as made:
        counted = CountedTable(made)
        for entry_point in (graphlet, importer):
            monkeypatch.setattr(entry_point, "live_titles", lambda: TitleStore(counted))  # type: ignore[arg-type]
        yield counted


def asked(query: str, **variables: Any) -> Any:
    return call("graphlet", {"graphql": {"query": query, "variables": variables}})


def load() -> None:
    for name in ("import-title-basics", "import-title-principals"):
        call("import", event("titles", name))


@pytest.mark.usefixtures("table")
def test_a_title_is_answered_as_imported_with_its_cast_in_order() -> None:
    load()
    cast = [
        {"category": "actor", "characters": ["Lee"], "name": {"id": "nm9000001"}},
        {"category": "actor", "characters": ["Roper"], "name": {"id": "nm9000002"}},
    ]
    answer = call("graphlet", event("titles", "graphql-cast"))
    assert answer == {"data": {"title": {"titleText": "Enter the Dragon", "cast": cast}}}
    everything = "id originalTitle releaseYear endYear kind runtimeMinutes genres"
    assert asked(f'{{ title(id: "tt9000001") {{ {everything} }} }}')["data"]["title"] == {
        "id": "tt9000001",
        "originalTitle": "Enter the Dragon",
        "releaseYear": 1973,
        "endYear": None,
        "kind": "MOVIE",
        "runtimeMinutes": 102,
        "genres": ["Action", "Crime", "Drama"],
    }


def test_two_hundred_titles_and_their_casts_are_two_reads(table: CountedTable) -> None:
    load()
    keys = [{"__typename": "Title", "id": f"tt{index:07}"} for index in range(9000001, 9000201)]
    rows = [{"tconst": key["id"], "titleType": "movie", "primaryTitle": key["id"]} for key in keys]
    call("import", {"file": "title.basics", "rows": rows})
    query = """query ($r: [_Any!]!) {
        _entities(representations: $r) { ... on Title { titleText cast(first: 1) { name { id } } } } }"""
    entities = asked(query, r=keys)["data"]["_entities"]
    assert len(entities) == 200
    assert entities[0] == {"titleText": "tt9000001", "cast": [{"name": {"id": "nm9000001"}}]}
    assert entities[199] == {"titleText": "tt9000200", "cast": []}
    assert table.reads == [200, 200]


@pytest.mark.usefixtures("table")
def test_credits_come_batch_by_batch_and_twice_without_a_difference() -> None:
    load()
    row = event("titles", "import-title-principals")["rows"][0] | {"ordering": "10", "nconst": "nm9000010"}
    for _ in range(2):
        call("import", {"file": "title.principals", "rows": [row]})
    cast = asked('{ title(id: "tt9000001") { cast(first: 100) { name { id } } } }')["data"]["title"]["cast"]
    assert [credit["name"]["id"] for credit in cast] == ["nm9000001", "nm9000002", "nm9000010"]


@pytest.mark.usefixtures("table")
def test_a_title_that_is_loaded_again_keeps_its_cast() -> None:
    load()
    call("import", event("titles", "import-title-basics"))
    assert len(asked('{ title(id: "tt9000001") { cast { category } } }')["data"]["title"]["cast"]) == 2


@pytest.mark.usefixtures("table")
def test_what_there_is_not_is_null_in_its_place() -> None:
    load()
    assert asked('{ titles(ids: ["tt1", "tt9000001"]) { id } }')["data"] == {"titles": [None, {"id": "tt9000001"}]}


@pytest.mark.parametrize(("word", "kind"), [("tvMiniSeries", "TV_MINI_SERIES"), ("hologram", "OTHER")])
def test_a_kind_that_the_schema_does_not_know_is_another(word: str, kind: str) -> None:
    assert kind_of(word) == kind


def test_every_kind_is_in_the_schema() -> None:
    schema = graphlet.subgraph.executable.schema.get_type("TitleKind")
    assert set(getattr(schema, "values", {})) >= {kind_of(word) for word in ("movie", "short", "video", "x")}


@pytest.mark.usefixtures("table")
@pytest.mark.parametrize(
    ("file", "row"),
    [
        ("title.basics", {"tconst": "tt9000001"}),
        ("title.principals", {"tconst": "tt9000001", "ordering": "first", "nconst": "nm9000001", "category": "a"}),
        ("name.basics", {}),
    ],
)
def test_a_row_that_is_none_is_refused(file: str, row: dict[str, Any]) -> None:
    with pytest.raises(InvalidRequest):
        call("import", {"file": file, "rows": [row]})


@pytest.mark.usefixtures("table")
@pytest.mark.parametrize("first", [-1, 101])
def test_asking_for_too_much_is_refused_in_words(first: int) -> None:
    load()
    answer = asked(f'{{ title(id: "tt9000001") {{ id cast(first: {first}) {{ job }} }} }}')
    assert answer["data"]["title"] == {"id": "tt9000001", "cast": None}
    assert answer["errors"][0]["extensions"]["code"] == "TooMany"


@pytest.mark.usefixtures("table")
def test_the_smoke_test_needs_nothing_loaded_and_passes_again() -> None:
    for _ in range(2):
        assert smoke.run(call, "graphlet", "import")["ok"] is True
