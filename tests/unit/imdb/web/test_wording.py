"""How numbers, years and ids are worded."""

import pytest
from hypothesis import given
from hypothesis import strategies as some
from web.domain.wording import compact, initials, is_id, lifespan, release, runtime, words


@pytest.mark.parametrize(
    ("count", "said"),
    [
        (0, "0"),
        (7, "7"),
        (999, "999"),
        (1_000, "1K"),
        (1_049, "1K"),
        (1_051, "1.1K"),
        (9_949, "9.9K"),
        (9_950, "10K"),
        (12_345, "12K"),
        (885_838, "886K"),
        (999_499, "999K"),
        (999_500, "1M"),
        (1_500_000, "1.5M"),
        (2_949_999_999, "2.9B"),
    ],
)
def test_votes_are_said_in_few_characters(count: int, said: str) -> None:
    assert compact(count) == said


@given(some.integers(0, 999_499_999_999))
def test_a_short_count_is_within_a_twentieth_of_the_count(count: int) -> None:
    said = compact(count)
    size = {"K": 10**3, "M": 10**6, "B": 10**9}.get(said[-1], 1)

    assert len(said) <= 4
    assert float(said.rstrip("KMB")) * size == pytest.approx(count, rel=0.05)


@given(some.integers(0, 999_000_000), some.integers(1, 999_000))
def test_more_votes_never_look_like_fewer(count: int, more: int) -> None:
    def size(said: str) -> float:
        return float(said.rstrip("KMB")) * {"K": 10**3, "M": 10**6, "B": 10**9}.get(said[-1], 1)

    assert size(compact(count)) <= size(compact(count + more))


@pytest.mark.parametrize(
    ("born", "died", "said"),
    [(1954, None, "Born 1954"), (1940, 1973, "1940–1973"), (None, 1973, "Died 1973"), (None, None, "")],  # noqa: RUF001
)
def test_a_life_is_said_as_far_as_it_is_known(born: int | None, died: int | None, said: str) -> None:
    assert lifespan(born, died) == said


@pytest.mark.parametrize(
    ("start", "end", "series", "said"),
    [
        (1985, None, False, "1985"),
        (1999, 2007, True, "1999–2007"),  # noqa: RUF001
        (2019, None, True, "2019–"),  # noqa: RUF001
        (1999, 1999, True, "1999"),
        (None, 2007, True, ""),
    ],
)
def test_a_film_has_a_year_and_a_series_has_years(start: int | None, end: int | None, series: bool, said: str) -> None:
    assert release(start, end, series) == said


@pytest.mark.parametrize(
    ("minutes", "said"), [(None, ""), (0, ""), (-5, ""), (45, "45 min"), (60, "1 h"), (125, "2 h 5 min")]
)
def test_a_running_time_is_said_in_hours(minutes: int | None, said: str) -> None:
    assert runtime(minutes) == said


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("actor", "Actor"),
        ("casting_director", "Casting director"),
        ("TV_MINI_SERIES", "TV mini series"),
        ("tvSeries", "Tvseries"),
        ("", ""),
    ],
)
def test_names_of_the_dataset_become_words(name: str, said: str) -> None:
    assert words(name) == said


@pytest.mark.parametrize(
    ("name", "letters"),
    [("Jackie Chan", "JC"), ("Cher", "C"), ("Yuen Woo-ping", "YP"), ("Élodie Ó Dálaigh", "ÉD"), ("", ""), ("…", "")],
)
def test_initials_stand_where_a_picture_is_missing(name: str, letters: str) -> None:
    assert initials(name) == letters


@pytest.mark.parametrize("text", ["nm0000329", "nm12345678", "nm123456789012"])
def test_an_id_of_a_person_is_nm_and_seven_or_more_digits(text: str) -> None:
    assert is_id("name", text)


@pytest.mark.parametrize(
    "text", ["nm000032", "NM0000329", "tt0000329", "nm0000329\n", "nm" + "\u0660" * 7, "", "nm" + "1" * 13]
)
def test_anything_else_is_no_id_of_a_person(text: str) -> None:
    assert not is_id("name", text)
