"""What each page shows, made of the graph's answer.

A part that is missing leaves a gap and a word about it, never a failed page. Only what a page is about must be there.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from web.domain.answer import Answer
from web.domain.errors import NoSuchPage, PartAway
from web.domain.parts import (
    Award,
    Card,
    Item,
    Picture,
    Rating,
    awards,
    name_card,
    picture,
    professions,
    rating,
    title_card,
)
from web.domain.wording import initials, lifespan, release, runtime, words

# What a visitor reads where a field of the graph was lost.
_TITLES, _RATINGS, _PICTURES, _PEOPLE, _AWARDS = "titles", "ratings", "pictures", "people", "awards"
_OF_TITLES = {"titleText": _TITLES, "rating": _RATINGS, "primaryImage": _PICTURES}
_OF_PEOPLE = {"nameText": _PEOPLE, "primaryImage": _PICTURES}
_SERIES = "SERIES"
_NO_KIND = "OTHER"  # one that the graph has no name for


@dataclass(frozen=True, slots=True)
class NamePage:
    """A person. ``lost`` names the parts that could not be had, in words; ``whole`` means that nothing is missing."""

    path: str
    name: str
    initials: str
    life: str
    born: int | None
    died: int | None
    professions: tuple[str, ...]
    portrait: Picture | None
    known_for: tuple[Card, ...]
    awards: tuple[Award, ...]
    lost: tuple[str, ...]
    whole: bool


@dataclass(frozen=True, slots=True)
class TitlePage:
    """A film or a series."""

    path: str
    name: str
    initials: str
    original_name: str
    years: str
    facts: tuple[str, ...]
    genres: tuple[str, ...]
    poster: Picture | None
    rating: Rating | None
    cast: tuple[Card, ...]
    awards: tuple[Award, ...]
    lost: tuple[str, ...]
    whole: bool


@dataclass(frozen=True, slots=True)
class FrontPage:
    """Where to begin: some people and titles."""

    people: tuple[Card, ...]
    titles: tuple[Card, ...]
    lost: tuple[str, ...]
    whole: bool


def name_page(name_id: str, answer: Answer) -> NamePage:
    """The page of a person. Raises NoSuchPage, or PartAway where nobody knows whether there is one."""
    name = _subject(answer, "name", f"There is no person with the id {name_id}.")
    titles = _known_items(answer, name.get("knownFor"), _OF_TITLES, "name", "knownFor")
    text = name.get("nameText") or name_id
    lost = _lost(answer, titles, _OF_TITLES, "name", "knownFor")
    lost |= _lost_of(answer, "name", name, {"primaryImage": _PICTURES, "awards": _AWARDS, "knownFor": _TITLES})
    return NamePage(
        path=f"/name/{name_id}",
        name=text,
        initials=initials(name.get("nameText") or ""),
        life=lifespan(name.get("birthYear"), name.get("deathYear")),
        born=name.get("birthYear"),
        died=name.get("deathYear"),
        professions=professions(name),
        portrait=picture(name, f"Portrait of {text}"),
        known_for=tuple(title_card(title) for title in titles),
        awards=awards(name),
        lost=tuple(sorted(lost)),
        whole=answer.whole,
    )


def title_page(title_id: str, answer: Answer) -> TitlePage:
    """The page of a title. Raises NoSuchPage, or PartAway where nobody knows whether there is one."""
    title = _subject(answer, "title", f"There is no title with the id {title_id}.")
    text = title.get("titleText") or title_id
    original = title.get("originalTitle") or ""
    kind = str(title.get("kind") or "").removesuffix(_NO_KIND)
    years = release(title.get("releaseYear"), title.get("endYear"), series=_SERIES in kind)
    cast, lost = _cast(answer, title)
    lost |= _lost_of(answer, "title", title, {"rating": _RATINGS, "primaryImage": _PICTURES, "awards": _AWARDS})
    return TitlePage(
        path=f"/title/{title_id}",
        name=text,
        initials=initials(title.get("titleText") or ""),
        original_name=original if original != text else "",
        years=years,
        facts=tuple(fact for fact in (words(kind), years, runtime(title.get("runtimeMinutes"))) if fact),
        genres=tuple(words(genre) for genre in title.get("genres") or ()),
        poster=picture(title, f"Poster of {text}"),
        rating=rating(title),
        cast=cast,
        awards=awards(title),
        lost=tuple(sorted(lost)),
        whole=answer.whole,
    )


def front_page(answer: Answer) -> FrontPage:
    """The first page. It is shown with whatever there is."""
    people = _known_items(answer, answer.data.get("names"), _OF_PEOPLE, "names")
    titles = _known_items(answer, answer.data.get("titles"), _OF_TITLES, "titles")
    lost = _lost(answer, people, _OF_PEOPLE, "names") | _lost(answer, titles, _OF_TITLES, "titles")
    # A list that is gone says nothing of its items.
    lost |= {part for part, field in ((_PEOPLE, "names"), (_TITLES, "titles")) if _gone(answer, field)}
    return FrontPage(tuple(map(name_card, people)), tuple(map(title_card, titles)), tuple(sorted(lost)), answer.whole)


def _subject(answer: Answer, field: str, none: str) -> Item:
    found: Item | None = answer.data.get(field)
    if found is not None:
        return found
    if _gone(answer, field):
        raise PartAway("what this page is about cannot be had now", field=field)
    raise NoSuchPage(none)


def _known_items(
    answer: Answer, items: Sequence[Item | None] | None, fields: Iterable[str], *path: str
) -> tuple[Item, ...]:
    """The items that somebody knows something of; all of them where that may be a fault's doing."""
    there = [item for item in items or () if item is not None]
    keep_all = answer.faulty(*path)
    return tuple(item for item in there if keep_all or any(item.get(field) is not None for field in fields))


def _gone(answer: Answer, field: str) -> bool:
    return answer.data.get(field) is None and answer.faulty(field)


def _lost(answer: Answer, items: Iterable[Item], fields: Mapping[str, str], *path: str) -> set[str]:
    items = tuple(items)
    return {part for field, part in fields.items() if answer.lost(items, field, *path)}


def _lost_of(answer: Answer, field: str, item: Item, fields: Mapping[str, str]) -> set[str]:
    """The parts of the page's subject itself that were lost: each has a place of its own."""
    return {part for name, part in fields.items() if answer.lost([item], name, field, name)}


def _cast(answer: Answer, title: Item) -> tuple[tuple[Card, ...], set[str]]:
    """One card for each person, with everything that they did, in the order of the credits."""
    people: dict[str, Item] = {}
    parts: dict[str, list[str]] = {}
    for credit in title.get("cast") or ():
        name = credit.get("name")
        if name and (name.get("nameText") or answer.faulty("title", "cast")):
            people[name["id"]] = name
            parts.setdefault(name["id"], []).append(_part(credit))
    cards = tuple(name_card(name, ", ".join(dict.fromkeys(filter(None, parts[key])))) for key, name in people.items())
    return cards, _lost(answer, people.values(), _OF_PEOPLE, "title", "cast")


def _part(credit: Item) -> str:
    characters = [character for character in credit.get("characters") or () if character]
    return " / ".join(characters) or credit.get("job") or words(credit.get("category") or "")
