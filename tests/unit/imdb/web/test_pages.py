"""What a page makes of the graph's answer, above all of one that lacks a part."""

from typing import Any

import pytest
from web.domain.answer import Answer, Path
from web.domain.errors import NoSuchPage, PartAway
from web.domain.pages import front_page, name_page, title_page

KNOWN_FOR: Path = ("name", "knownFor")
IMAGE = {"url": "https://images.example/im1.svg", "width": 600, "height": 900, "caption": "Poster of One"}


def a_title(title_id: str = "tt1", **fields: Any) -> dict[str, Any]:
    told = {"titleText": "One", "releaseYear": 1985, "rating": {"average": 7.25, "votes": 1200}, "primaryImage": IMAGE}
    return {"id": title_id, **told, **fields}


def a_name(*titles: Any, **fields: Any) -> dict[str, Any]:
    told = {"nameText": "Ann Other", "birthYear": 1950, "deathYear": None, "professions": ["actor"]}
    return {"id": "nm1", **told, "primaryImage": IMAGE, "awards": [], "knownFor": list(titles), **fields}


def shown(name: dict[str, Any] | None, *faults: Path) -> Any:
    return name_page("nm1", Answer({"name": name}, faults))


def test_the_widget_shows_title_year_rating_and_poster() -> None:
    page = shown(a_name(a_title()))
    (card,) = page.known_for

    assert (card.path, card.label, card.lines) == ("/title/tt1", "One", ("1985",))
    assert (card.rating.average, card.rating.votes, card.rating.exact_votes) == ("7.2", "1.2K", 1200)
    assert (card.picture.url, card.picture.alt) == (IMAGE["url"], "Poster of One")
    assert (page.whole, page.lost) == (True, ())


def test_a_title_that_nobody_rated_is_no_fault() -> None:
    page = shown(a_name(a_title(), a_title("tt2", rating=None)))

    assert [card.rating is None for card in page.known_for] == [False, True]
    assert page.lost == ()


@pytest.mark.parametrize("fault", [KNOWN_FOR, (*KNOWN_FOR, 0), ("name",), ()])
def test_ratings_that_a_broken_graphlet_owes_are_said_to_be_missing(fault: Path) -> None:
    page = shown(a_name(a_title(rating=None), a_title("tt2", rating=None)), fault)

    assert page.lost == ("ratings",)
    assert [card.label for card in page.known_for] == ["One", "One"]
    assert not page.whole


def test_a_fault_of_one_title_is_told_although_the_others_are_there() -> None:
    page = shown(a_name(a_title(), a_title("tt2", rating=None)), (*KNOWN_FOR, 1, "rating"))

    assert page.lost == ("ratings",)


def test_one_lost_part_does_not_blame_those_that_are_there() -> None:
    page = shown(a_name(a_title(titleText=None, releaseYear=None)), KNOWN_FOR)

    assert page.lost == ("titles",)
    assert page.known_for[0].label == "tt1"


def test_a_fault_among_the_titles_is_not_why_a_person_has_no_portrait() -> None:
    page = shown(a_name(a_title(rating=None), primaryImage=None), KNOWN_FOR)

    assert page.lost == ("ratings",)


def test_pictures_of_titles_and_of_the_person_are_one_part() -> None:
    page = shown(a_name(a_title(primaryImage=None), primaryImage=None), ("name",), KNOWN_FOR)

    assert page.lost == ("pictures",)


def test_a_title_that_is_in_no_table_is_left_out() -> None:
    nothing = {"titleText": None, "releaseYear": None, "rating": None, "primaryImage": None}

    assert [card.label for card in shown(a_name(a_title(), a_title("tt2", **nothing))).known_for] == ["One"]
    assert len(shown(a_name(a_title(), a_title("tt2", **nothing)), KNOWN_FOR).known_for) == 2


def test_a_person_who_is_not_there_is_a_page_that_is_not_there() -> None:
    with pytest.raises(NoSuchPage, match="There is no person with the id nm1"):
        shown(None)


@pytest.mark.parametrize("fault", [("name",), KNOWN_FOR, ()])
def test_where_nobody_knows_whether_there_is_a_person_the_page_is_away(fault: Path) -> None:
    with pytest.raises(PartAway):
        shown(None, fault)


def test_a_person_of_whom_little_is_known_has_a_page() -> None:
    page = shown({"id": "nm1", "nameText": None, "birthYear": None, "deathYear": None, "professions": None,
                  "primaryImage": None, "knownFor": None})  # fmt: skip

    assert (page.name, page.life, page.professions, page.known_for) == ("nm1", "", (), ())


def test_an_award_is_told_with_what_came_of_it() -> None:
    given = {"event": "Academy Awards", "category": "Honorary Award", "year": 2016}
    page = shown(a_name(awards=[{**given, "outcome": "WINNER"}, {**given, "outcome": "NOMINEE"}]))

    assert [(award.category, award.year, award.won) for award in page.awards] == [
        ("Honorary Award", 2016, True),
        ("Honorary Award", 2016, False),
    ]


def test_lost_awards_are_told_from_none() -> None:
    assert shown(a_name(awards=None), ("name",)).lost == ("awards",)
    assert shown(a_name(awards=None), KNOWN_FOR).lost == ()
    assert shown(a_name(awards=[]), ("name",)).lost == ()


@pytest.mark.parametrize("url", ["javascript:alert(1)", "data:text/html,x", "//evil.example/x.svg", None, ""])
def test_a_picture_that_is_no_picture_is_not_shown(url: str | None) -> None:
    assert shown(a_name(primaryImage={**IMAGE, "url": url})).portrait is None


def a_film(*cast: Any, **fields: Any) -> Any:
    told = {"originalTitle": "One", "endYear": None, "kind": "MOVIE", "runtimeMinutes": 100, "genres": ["Action"]}
    return {**a_title(), **told, "cast": list(cast), "awards": [], **fields}


def a_credit(name: Any, category: str = "actor", characters: Any = None, job: str | None = None) -> Any:
    return {"name": name, "category": category, "characters": characters, "job": job}


def a_face(name_id: str = "nm1", **fields: Any) -> Any:
    return {"id": name_id, "nameText": "Ann Other", "primaryImage": IMAGE, **fields}


def film(title: Any, *faults: Path) -> Any:
    return title_page("tt1", Answer({"title": title}, faults))


def test_a_film_shows_its_facts() -> None:
    page = film(a_film(originalTitle="Un"))

    assert (page.facts, page.genres, page.original_name) == (("Movie", "1985", "1 h 40 min"), ("Action",), "Un")


def test_a_kind_that_has_no_name_is_not_shown() -> None:
    assert film(a_film(kind="OTHER")).facts == ("1985", "1 h 40 min")


def test_a_title_in_its_own_language_is_said_once() -> None:
    assert film(a_film()).original_name == ""


def test_somebody_who_did_several_things_has_one_card() -> None:
    page = film(
        a_film(
            a_credit(a_face(), characters=["The boy", "The man"]),
            a_credit(a_face("nm2", nameText="Bob")),
            a_credit(a_face(), "director"),
        )
    )

    assert [(card.label, card.lines) for card in page.cast] == [
        ("Ann Other", ("The boy / The man, Director",)),
        ("Bob", ("Actor",)),
    ]


def test_a_name_that_leads_nowhere_is_left_out_of_the_cast() -> None:
    page = film(a_film(a_credit(a_face(nameText=None, primaryImage=None)), a_credit(None)))

    assert (page.cast, page.lost) == ((), ())


def test_a_cast_whose_names_are_lost_is_shown_by_its_parts() -> None:
    page = film(a_film(a_credit(a_face(nameText=None), characters=["Lee"])), ("title", "cast"))

    assert [(card.label, card.lines) for card in page.cast] == [("nm1", ("Lee",))]
    assert page.lost == ("people",)


@pytest.mark.parametrize("faults", [[], [("title", "cast")]])
def test_a_film_without_a_rating_blames_only_a_fault_of_its_own(faults: list[Path]) -> None:
    assert film(a_film(rating=None), *faults).lost == ()
    assert film(a_film(rating=None), ("title",)).lost == ("ratings",)


def test_a_title_that_is_not_there_is_told_from_one_that_cannot_be_had() -> None:
    with pytest.raises(NoSuchPage):
        film(None)
    with pytest.raises(PartAway):
        film(None, ("title",))


def test_the_front_page_is_shown_with_whatever_there_is() -> None:
    nothing = front_page(Answer({"names": None, "titles": None}, (("names",), ("titles",))))
    half = front_page(Answer({"names": [a_face(), None], "titles": None}, (("titles",),)))
    empty = front_page(Answer({"names": [None], "titles": []}))

    assert nothing.lost == ("people", "titles")
    assert ([card.label for card in half.people], half.lost) == (["Ann Other"], ("titles",))
    assert (empty.people, empty.titles, empty.lost, empty.whole) == ((), (), (), True)
