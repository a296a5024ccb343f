"""`milkrun catalogue`, as an operator meets it."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from milkrun.catalogue.errors import FileUnusable
from milkrun.cli.catalogue import app
from milkrun.environment import local_environment

QUIRKS = Path(__file__).parents[3] / "data" / "catalogue_tsv_quirks"


def check(*arguments: str) -> tuple[int, str]:
    done = CliRunner().invoke(app, ["check", *arguments], catch_exceptions=False)
    return done.exit_code, done.output


def test_ids_that_lead_nowhere_are_told_and_do_no_harm() -> None:
    code, text = check(str(QUIRKS))

    assert code == 0
    assert "name.basics: 1 ids in knownForTitles lead nowhere, the first: tt9999999 (line 2)" in text


def test_broken_rows_are_told_with_their_lines(tmp_path: Path) -> None:
    (tmp_path / "title.ratings.tsv").write_text("tconst\taverageRating\tnumVotes\ntt0000001\t[red]\t5\n")

    code, text = check(str(tmp_path))

    assert code == 1
    assert "title.ratings, line 2: averageRating: '[red]' is not a number" in text


def test_machines_get_counts() -> None:
    code, text = check(str(QUIRKS), "--only", "name.basics", "--json")

    held = json.loads(text)
    assert code == 0
    assert [(one["file"], one["rows"], one["duplicates"]) for one in held["files"]] == [("name.basics", 2, 1)]
    assert [(one["column"], one["count"]) for one in held["dangling"]] == [("knownForTitles", 1)]


def test_a_file_that_is_not_there_is_named() -> None:
    with pytest.raises(FileUnusable, match=r"title\.crew is not there"):
        check(str(QUIRKS), "--only", "title.crew")


def test_files_that_no_graphlet_takes_are_not_loaded_in_silence() -> None:
    arguments = ["load", str(QUIRKS), "--target", "imdb", "--only", "title.akas"]
    environment = local_environment(Path(__file__).parents[4])

    with pytest.raises(FileUnusable, match=r"no graphlet takes title\.akas; they take name\.basics"):
        CliRunner().invoke(app, arguments, obj=environment, catch_exceptions=False)
