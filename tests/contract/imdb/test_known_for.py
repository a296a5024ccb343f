"""The five graphlets together: they compose, in whatever order they come, and the page's query takes two stages."""

import json
from collections.abc import Iterator
from itertools import chain, combinations
from pathlib import Path
from typing import Any

import pytest
from awards import graphlet as awards_graphlet
from awards import importer as awards_importer
from awards.store import AwardStore
from graphql import parse
from images import graphlet as images_graphlet
from images import importer as images_importer
from images.ports import Ports as ImagesPorts
from images.store import ImageStore
from milkrun_core.errors import Unavailable
from milkrun_core.tables import Table
from milkrun_graph.composer import Subgraph, compose
from milkrun_graph.executor import Gateway, Options, Request
from milkrun_graph.planner import plan_operation
from moto import mock_aws
from people import graphlet as people_graphlet
from people import importer as people_importer
from people.store import PeopleStore
from ratings import graphlet as ratings_graphlet
from ratings import importer as ratings_importer
from ratings.domain.model import Prior
from ratings.ports import Ports as RatingsPorts
from ratings.store import RatingStore
from titles import graphlet as titles_graphlet
from titles import importer as titles_importer
from titles.store import TitleStore

from milkrun.catalogue.files import KINDS
from milkrun.catalogue.reader import TableReader
from tests.support.graphlets import ROOT, Functions, InvokeInProcess, make_table

GRAPHLETS = ("awards", "images", "people", "ratings", "titles")
FILES = {
    "name.basics": "people",
    "title.basics": "titles",
    "title.principals": "titles",
    "title.ratings": "ratings",
    "image.list": "images",
    "award.list": "awards",
}
SAMPLE = Path(ROOT / "milkrun/data/catalogue")
KNOWN_FOR = """query KnownFor($id: ID!) {
  name(id: $id) {
    nameText
    primaryImage { url width height caption }
    knownFor(first: 4) {
      id titleText releaseYear rating { average votes } primaryImage { url width height caption }
    }
  }
}"""
JACKIE = "nm0000329"


def sdl(graphlet: str) -> Subgraph:
    text = (ROOT / "functions/imdb" / graphlet / "schema.graphql").read_text(encoding="utf-8")
    return Subgraph(graphlet, f"lambda:imdb-{graphlet}-graphlet", text)


def some_graphlets() -> Iterator[tuple[str, ...]]:
    """Every selection of them: a first release may meet any others."""
    return chain.from_iterable(combinations(GRAPHLETS, count) for count in range(1, 6))


@pytest.mark.parametrize("graphlets", list(some_graphlets()), ids="+".join)
def test_whichever_of_them_there_are_compose(graphlets: tuple[str, ...]) -> None:
    assert compose([sdl(graphlet) for graphlet in graphlets]).errors == ()


@pytest.fixture(scope="module")
def supergraph() -> str:
    composed = compose([sdl(graphlet) for graphlet in GRAPHLETS])
    assert composed.supergraph_sdl
    return composed.supergraph_sdl


@pytest.fixture
def stores(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A table of its own behind every graphlet."""
    with mock_aws():
        for name in GRAPHLETS:
            make_table(name)
        prior = Prior(25_000, 7.0)
        people, titles = PeopleStore(Table("people")), TitleStore(Table("titles"))
        ratings, images = RatingStore(Table("ratings"), prior), ImageStore(Table("images"))
        awards = AwardStore(Table("awards"))
        for one in (people_graphlet, people_importer):
            monkeypatch.setattr(one, "live_people", lambda: people)
        for other in (titles_graphlet, titles_importer):
            monkeypatch.setattr(other, "live_titles", lambda: titles)
        for another in (awards_graphlet, awards_importer):
            monkeypatch.setattr(another, "live_awards", lambda: awards)
        monkeypatch.setattr(ratings_importer, "live_store", lambda: ratings)
        monkeypatch.setattr(ratings_graphlet, "live_ports", lambda: RatingsPorts(ratings, prior))
        monkeypatch.setattr(images_importer, "live_store", lambda: images)
        monkeypatch.setattr(images_graphlet, "live_ports", lambda: ImagesPorts(images, "https://images.example"))
        yield


functions = Functions(
    {
        "awards": awards_graphlet.handler,
        "images": images_graphlet.handler,
        "people": people_graphlet.handler,
        "ratings": ratings_graphlet.handler,
        "titles": titles_graphlet.handler,
        "awards-import": awards_importer.handler,
        "images-import": images_importer.handler,
        "people-import": people_importer.handler,
        "ratings-import": ratings_importer.handler,
        "titles-import": titles_importer.handler,
    }
)


def sample(file: str) -> list[Any]:
    """What the sample says of Jackie Chan and what he is known for."""
    wanted = {JACKIE, *known_titles()}
    with TableReader(SAMPLE / f"{file}.tsv", KINDS[file]) as reader:
        return [row for _, row in reader if wanted & set(ids_of(row))]


def known_titles() -> list[str]:
    with TableReader(SAMPLE / "name.basics.tsv", KINDS["name.basics"]) as reader:
        return next(list(row["knownForTitles"] or []) for _, row in reader if row["nconst"] == JACKIE)


def ids_of(row: Any) -> Iterator[str]:
    for column in ("nconst", "tconst", "titles", "names"):
        value = row.get(column) or []
        yield from [value] if isinstance(value, str) else value


def load() -> None:
    for file, graphlet in FILES.items():
        rows = sample(file)
        assert functions(f"{graphlet}-import", {"file": file, "rows": rows}) == {"written": len(rows)}


async def asked(supergraph: str, query: str, given: Functions = functions, **variables: Any) -> tuple[Any, list[str]]:
    transport = InvokeInProcess(given, str.lower)
    gateway = Gateway(supergraph, transport, Options())
    response = await gateway.execute(Request(query, variables))
    return json.loads(response.body), transport.calls


def test_known_for_is_planned_in_two_stages(supergraph: str) -> None:
    gateway = Gateway(supergraph, InvokeInProcess(functions, str.lower), Options())
    fetches = plan_operation(gateway.tables, parse(KNOWN_FOR), None, {"id": JACKIE}).fetches
    assert len({fetch.stage for fetch in fetches}) == 2
    assert len(fetches) <= 4


@pytest.mark.usefixtures("stores")
async def test_known_for_is_answered_by_four_calls(supergraph: str) -> None:
    load()
    answer, calls = await asked(supergraph, KNOWN_FOR, id=JACKIE)
    assert "errors" not in answer
    name = answer["data"]["name"]
    assert name["nameText"] == "Jackie Chan"
    assert [title["id"] for title in name["knownFor"]] == known_titles()
    for title in name["knownFor"]:
        assert title["titleText"]
        assert title["releaseYear"] > 1950
        assert 1 <= title["rating"]["average"] <= 10
        assert title["primaryImage"]["url"].startswith(f"https://images.example/{title['id']}/")
    assert (calls[0], sorted(calls[1:])) == ("people", ["images", "ratings", "titles"])


@pytest.mark.usefixtures("stores")
async def test_a_graphlet_that_is_away_costs_its_own_fields_and_no_others(
    supergraph: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    load()

    class Away:
        """Ratings that never answer."""

        def find(self, _: Any) -> Any:
            raise Unavailable("the table did not answer")

    monkeypatch.setattr(ratings_graphlet, "live_ports", lambda: RatingsPorts(Away(), Prior(1, 1)))  # type: ignore[arg-type]
    answer, _ = await asked(supergraph, KNOWN_FOR, id=JACKIE)
    titles = answer["data"]["name"]["knownFor"]
    assert [title["rating"] for title in titles] == [None] * 4
    assert all(title["titleText"] and title["primaryImage"] for title in titles)
    assert answer["errors"]
    assert all(error["path"][:2] == ["name", "knownFor"] for error in answer["errors"])


@pytest.mark.usefixtures("stores")
async def test_a_title_that_the_catalogue_does_not_have_is_all_nulls(supergraph: str) -> None:
    row = {"nconst": "nm9999999", "primaryName": "N", "knownForTitles": ["tt9999999"]}
    functions("people-import", {"file": "name.basics", "rows": [row]})
    answer, _ = await asked(supergraph, KNOWN_FOR, id="nm9999999")
    assert answer == {
        "data": {
            "name": {
                "nameText": "N",
                "primaryImage": None,
                "knownFor": [
                    {
                        "id": "tt9999999",
                        "titleText": None,
                        "releaseYear": None,
                        "rating": None,
                        "primaryImage": None,
                    }
                ],
            }
        }
    }


@pytest.mark.usefixtures("stores")
async def test_types_of_one_graphlet_lead_into_those_of_another(supergraph: str) -> None:
    load()
    query = """{ topRated(first: 1) { titleText cast(first: 1) { name { id nameText awards { year } } } } }"""
    answer, _ = await asked(supergraph, query)
    assert "errors" not in answer
    (title,) = answer["data"]["topRated"]
    assert title["titleText"]
    assert len(title["cast"]) == 1
