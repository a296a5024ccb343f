"""Whatever can be written as a line is read back as it was."""

import tempfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from milkrun.catalogue.files import KINDS, NULL, TEXT, Column, FileKind, Many
from milkrun.catalogue.reader import Reject, TableReader
from milkrun.catalogue.rows import BrokenRow, Row, RowParser, Value, line_of

ANY_TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\t\n"), max_size=20)
EVERY_KIND = sorted(KINDS)


def values(column: Column) -> st.SearchStrategy[Value]:
    if column.many is Many.JSON:
        return st.lists(st.text(st.characters(exclude_categories=["Cs"]), max_size=9), max_size=3)
    if column.many:
        separator = column.many.value
        word = (
            ANY_TEXT.filter(lambda text: text != "" and separator not in text and text != NULL)
            if column.pattern == TEXT
            else matching(column)
        )
        return st.lists(word, max_size=3)
    one = ANY_TEXT.filter(lambda text: text != NULL) if column.pattern == TEXT else matching(column)
    return st.none() | one if column.nullable else one


def matching(column: Column) -> st.SearchStrategy[str]:
    return st.from_regex(column.pattern, fullmatch=True).filter(lambda text: text != NULL and "\n" not in text)


def rows(kind: FileKind) -> st.SearchStrategy[Row]:
    return st.fixed_dictionaries({column.name: values(column) for column in kind.columns})


@given(st.sampled_from(EVERY_KIND).flatmap(lambda name: st.tuples(st.just(KINDS[name]), st.lists(rows(KINDS[name])))))
def test_every_row_that_is_written_is_read_back(case: tuple[FileKind, list[Row]]) -> None:
    kind, written = case
    header = "\t".join(column.name for column in kind.columns)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"{kind.name}.tsv"
        path.write_bytes("\n".join([header, *(line_of(kind, row) for row in written)]).encode())
        rejects: list[Reject] = []
        with TableReader(path, kind, rejects.append) as reader:
            found = [row for _, row in reader]

    distinct = [row for number, row in enumerate(written) if number == 0 or row != written[number - 1]]
    assert (found, rejects) == (distinct, [])


@given(st.sampled_from(EVERY_KIND), st.text(max_size=60))
def test_a_line_is_a_row_or_is_refused_with_a_reason(name: str, line: str) -> None:
    parser = RowParser(KINDS[name], [column.name for column in KINDS[name].columns])
    reason = ""
    try:
        found = set(parser.parse(line))
    except BrokenRow as broken:
        found, reason = set(), str(broken)

    if found:
        assert found == {column.name for column in KINDS[name].columns}
    else:
        assert reason not in ("", "does not fit its columns")


@given(st.sampled_from(["a\tb", "a\nb", NULL]))
def test_what_the_format_cannot_hold_is_not_written(text: str) -> None:
    row: Row = {column.name: None for column in KINDS["title.crew"].columns}
    basics: Row = {"nconst": "nm0000001", "primaryName": text, "birthYear": None, "deathYear": None}
    with pytest.raises(BrokenRow, match="primaryName"):
        line_of(KINDS["name.basics"], basics | {"primaryProfession": [], "knownForTitles": []})
    with pytest.raises(BrokenRow, match="tconst"):
        line_of(KINDS["title.crew"], row)
