"""The sample: whole, consistent, and about Jackie Chan."""

from collections import Counter
from functools import cache

import pytest

from milkrun.catalogue.destination import SERVICES
from milkrun.catalogue.files import KINDS
from milkrun.catalogue.folder import SAMPLE, find_files
from milkrun.catalogue.reader import Reject, TableReader
from milkrun.catalogue.references import dangling
from milkrun.catalogue.rows import Row

JACKIE_CHAN = "nm0000329"
FILES = find_files(SAMPLE)
every_file = pytest.mark.parametrize("name", FILES)


@cache
def rows(name: str) -> list[Row]:
    rejects: list[Reject] = []
    with TableReader(FILES[name], KINDS[name], rejects.append) as reader:
        found = [row for _, row in reader]
    assert (rejects, reader.duplicates, reader.notes) == ([], 0, [])
    return found


def ids(row: Row, column: str) -> list[str]:
    value = row[column]
    assert isinstance(value, list)
    return value


def number(row: Row, column: str) -> int | None:
    value = row[column]
    return int(value) if isinstance(value, str) else None


def test_every_graphlet_gets_its_file() -> None:
    assert set(FILES) == set(SERVICES)


@every_file
def test_no_key_stands_twice_and_no_row_is_broken(name: str) -> None:
    keys = Counter(tuple(str(row[column]) for column in KINDS[name].key) for row in rows(name))

    assert [key for key, count in keys.items() if count > 1] == []


def test_every_reference_leads_somewhere() -> None:
    assert list(dangling(FILES)) == []


def test_there_are_a_few_hundred_of_everything() -> None:
    counts = {name: len(rows(name)) for name in FILES}

    assert counts["title.basics"] >= 300
    assert counts["name.basics"] >= 250
    assert counts["title.ratings"] == counts["title.basics"]
    assert counts["image.list"] == counts["title.basics"] + counts["name.basics"]
    assert counts["award.list"] >= 100


def test_the_only_id_that_is_not_ours_is_jackie_chans() -> None:
    found = {str(row["nconst"]) for row in rows("name.basics")} | {str(row["tconst"]) for row in rows("title.basics")}

    assert {one for one in found if not one[2:].startswith("9")} == {JACKIE_CHAN}


def test_jackie_chan_is_known_for_four_titles_that_he_played_in() -> None:
    (him,) = (row for row in rows("name.basics") if row["nconst"] == JACKIE_CHAN)
    played = {row["tconst"] for row in rows("title.principals") if row["nconst"] == JACKIE_CHAN}

    known = ids(him, "knownForTitles")
    titles = {row["tconst"]: row["primaryTitle"] for row in rows("title.basics")}
    assert [titles[one] for one in known] == ["Police Story", "Rush Hour", "Who Am I?", "Drunken Master II"]
    assert set(known) <= played
    assert len(played) >= 50


def test_whoever_is_known_for_a_title_worked_on_it() -> None:
    worked = {(row["nconst"], row["tconst"]) for row in rows("title.principals")}

    found = [(row["nconst"], one) for row in rows("name.basics") for one in ids(row, "knownForTitles")]
    assert [pair for pair in found if pair not in worked] == []
    assert all(1 <= len(ids(row, "knownForTitles")) <= 4 for row in rows("name.basics"))


def test_every_title_has_its_credits_in_order_from_one() -> None:
    orders: dict[str, list[int]] = {}
    for row in rows("title.principals"):
        orders.setdefault(str(row["tconst"]), []).append(int(str(row["ordering"])))

    assert set(orders) == {str(row["tconst"]) for row in rows("title.basics")}
    assert all(found == list(range(1, len(found) + 1)) for found in orders.values())


def test_years_are_plausible() -> None:
    born = {row["nconst"]: number(row, "birthYear") for row in rows("name.basics")}
    made = {row["tconst"]: number(row, "startYear") or 0 for row in rows("title.basics")}

    for row in rows("name.basics"):
        birth, death = number(row, "birthYear"), number(row, "deathYear")
        assert birth is None or 1850 <= birth <= 2005
        assert death is None or (birth is not None and birth + 25 <= death <= 2026)
    for row in rows("title.basics"):
        end = number(row, "endYear")
        assert 1895 <= made[row["tconst"]] <= 2026
        assert end is None or end >= made[row["tconst"]]
    for row in rows("title.principals"):
        assert made[row["tconst"]] >= (born[row["nconst"]] or 0) + 6, "nobody plays before the age of six"
    for row in rows("award.list"):
        year = int(str(row["year"]))
        assert all(0 <= year - made[title] <= 4 for title in ids(row, "titles")), row


def test_running_times_ratings_and_sizes_are_plausible() -> None:
    for row in rows("title.basics"):
        assert 5 <= (number(row, "runtimeMinutes") or 0) <= 300
        assert 1 <= len(ids(row, "genres")) <= 3
    for row in rows("title.ratings"):
        assert 1 <= float(str(row["averageRating"])) <= 10
        assert int(str(row["numVotes"])) >= 5


def test_every_title_has_one_poster_and_every_person_one_portrait() -> None:
    owners = Counter(one for row in rows("image.list") for one in [*ids(row, "titles"), *ids(row, "names")])

    assert set(owners.values()) == {1}
    wanted = [(row["tconst"], f"Poster of {row['primaryTitle']} ({row['startYear']})") for row in rows("title.basics")]
    captions = [(ids(row, "titles")[0], row["caption"]) for row in rows("image.list") if row["titles"]]
    assert captions == wanted


def test_jackie_chan_has_his_honorary_award() -> None:
    his = [row for row in rows("award.list") if JACKIE_CHAN in ids(row, "names")]

    assert ("Academy Awards", "Honorary Award", "2016", "winner") in [
        (row["event"], row["category"], row["year"], row["outcome"]) for row in his
    ]
    assert {row["outcome"] for row in rows("award.list")} == {"winner", "nominee"}
