"""Titles of the catalogue and their credits."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from titles.domain.errors import TooMany

MOST_CREDITS = 100
MOST_TITLES = 200
KINDS = {
    "movie": "MOVIE",
    "short": "SHORT",
    "tvEpisode": "TV_EPISODE",
    "tvMiniSeries": "TV_MINI_SERIES",
    "tvMovie": "TV_MOVIE",
    "tvPilot": "TV_PILOT",
    "tvSeries": "TV_SERIES",
    "tvShort": "TV_SHORT",
    "tvSpecial": "TV_SPECIAL",
    "video": "VIDEO",
    "videoGame": "VIDEO_GAME",
}


def kind_of(title_type: str) -> str:
    """The schema's kind for the dataset's word; its words change from time to time."""
    return KINDS.get(title_type, "OTHER")


@dataclass(frozen=True, slots=True)
class Title:
    """``kind`` is a value of the schema's TitleKind."""

    id: str
    title_text: str | None
    original_title: str | None
    release_year: int | None
    end_year: int | None
    kind: str
    runtime_minutes: int | None
    genres: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Credit:
    """What one person did for one title; ``ordering`` is the place in its credits, from 1."""

    title_id: str
    ordering: int
    name_id: str
    category: str
    job: str | None
    characters: tuple[str, ...]


def first_credits(credited: Iterable[Credit], first: int) -> list[Credit]:
    """The first few in their order.  Raises TooMany."""
    if not 0 <= first <= MOST_CREDITS:
        raise TooMany(f"first: must be from 0 to {MOST_CREDITS}, not {first}")
    return sorted(credited, key=lambda credit: credit.ordering)[:first]


def check_number(ids: Sequence[str]) -> None:
    """Raises TooMany when more titles are asked for than one request may have."""
    if len(ids) > MOST_TITLES:
        raise TooMany(f"ids: at most {MOST_TITLES}, not {len(ids)}")
