"""Parts that several pages show: pictures, ratings, cards."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from web.domain.wording import compact, initials, release, words

type Item = Mapping[str, Any]

_WON = "WINNER"
_PICTURE_SCHEMES = ("https://", "http://", "data:image/")


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture and its size in pixels, where that is known; ``alt`` is what it shows, in words."""

    url: str
    width: int | None
    height: int | None
    alt: str


@dataclass(frozen=True, slots=True)
class Rating:
    """Out of ten, and how many people voted."""

    average: str
    votes: str
    exact_votes: int


@dataclass(frozen=True, slots=True)
class Award:
    """One award, won or not."""

    event: str
    category: str
    year: int
    won: bool


@dataclass(frozen=True, slots=True)
class Card:
    """A title or a person on another's page. ``label`` is never empty; ``lines`` stand below it."""

    path: str
    label: str
    initials: str
    picture: Picture | None
    lines: tuple[str, ...] = ()
    rating: Rating | None = None


def picture(item: Item, fallback: str) -> Picture | None:
    """The primary image of a title or a person; None where there is none, or none that a page may show."""
    image = item.get("primaryImage")
    if not image or not str(image.get("url")).startswith(_PICTURE_SCHEMES):
        return None
    return Picture(image["url"], image.get("width"), image.get("height"), image.get("caption") or fallback)


def rating(item: Item) -> Rating | None:
    """The rating of a title; None before anybody voted."""
    found = item.get("rating")
    if not found or not found.get("votes"):
        return None
    return Rating(f"{found['average']:.1f}", compact(found["votes"]), found["votes"])


def title_card(item: Item, *lines: str) -> Card:
    """A title with its year and rating; one that is known by its id alone is labelled by that."""
    label = item.get("titleText") or item["id"]
    year = release(item.get("releaseYear"), None, series=False)
    return Card(
        path=f"/title/{item['id']}",
        label=label,
        initials=initials(item.get("titleText") or ""),
        picture=picture(item, f"Poster of {label}"),
        lines=tuple(line for line in (year, *lines) if line),
        rating=rating(item),
    )


def name_card(item: Item, *lines: str) -> Card:
    """A person with what is said of them here."""
    label = item.get("nameText") or item["id"]
    return Card(
        path=f"/name/{item['id']}",
        label=label,
        initials=initials(item.get("nameText") or ""),
        picture=picture(item, f"Portrait of {label}"),
        lines=tuple(line for line in lines if line),
    )


def professions(item: Item) -> tuple[str, ...]:
    """What somebody does, in words."""
    return tuple(words(one) for one in item.get("professions") or () if one)


def awards(item: Item) -> tuple[Award, ...]:
    """The awards of a title or a person, in the order of the graph: the latest first."""
    return tuple(
        Award(one["event"], one["category"], one["year"], one["outcome"] == _WON) for one in item.get("awards") or ()
    )
