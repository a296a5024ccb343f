"""Whatever can be written as a line is read back as it was."""

import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from milkrun.catalogue.files import (
    DECIMAL,
    FLAG,
    KINDS,
    NAME,
    NULL,
    NUMBER,
    OWN,
    TEXT,
    TITLE,
    WORD,
    YEAR,
    Column,
    FileKind,
    Many,
)
from milkrun.catalogue.reader import Reject, TableReader
from milkrun.catalogue.rows import BrokenRow, Row, RowParser, Value, line_of

ANY_TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\t\n"), max_size=20)
NOT_NULL = ANY_TEXT.filter(lambda text: text != NULL)
NUMBERS = st.integers(min_value=0)
# One strategy for each pattern, made once: strategies made of patterns are slow.
ONE_VALUE = {
    TEXT: NOT_NULL,
    WORD: NOT_NULL.filter(bool),
    TITLE: NUMBERS.map("tt{:07}".format),
    NAME: NUMBERS.map("nm{:07}".format),
    OWN: st.sampled_from(["a", "im9000001", "A-b_9"]),
    NUMBER: NUMBERS.map(str),
    YEAR: st.integers(0, 9999).map("{:04}".format),
    DECIMAL: st.decimals(0, 10, places=1).map(str) | NUMBERS.map(str),
    FLAG: st.sampled_from("01"),
    KINDS["award.list"].column("outcome").pattern: st.sampled_from(["winner", "nominee"]),
}


def texts_without(separator: str) -> st.SearchStrategy[Value]:
    return st.lists(NOT_NULL.filter(lambda text: text != "" and separator not in text), max_size=3)


MANY_TEXTS = {many: texts_without(many.value) for many in (Many.COMMA, Many.STX)}
JSON_TEXTS = st.lists(st.text(st.characters(exclude_categories=["Cs"]), max_size=9), max_size=3)
EVERY_KIND = sorted(KINDS)


def values(column: Column) -> st.SearchStrategy[Value]:
    if column.many is Many.JSON:
        return JSON_TEXTS
    if column.many:
        return MANY_TEXTS[column.many] if column.pattern == TEXT else st.lists(ONE_VALUE[column.pattern], max_size=3)
    one = ONE_VALUE[column.pattern]
    return st.none() | one if column.nullable else one


def rows(kind: FileKind) -> st.SearchStrategy[Row]:
    return st.fixed_dictionaries({column.name: values(column) for column in kind.columns})


@pytest.mark.parametrize("name", EVERY_KIND)
@settings(deadline=None, max_examples=40)
@given(data=st.data())
def test_every_row_that_is_written_is_read_back(name: str, data: st.DataObject) -> None:
    kind = KINDS[name]
    written = data.draw(st.lists(rows(kind), max_size=6))
    header = "\t".join(column.name for column in kind.columns)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"{kind.name}.tsv"
        path.write_bytes("\n".join([header, *(line_of(kind, row) for row in written)]).encode())
        rejects: list[Reject] = []
        with TableReader(path, kind, rejects.append) as reader:
            found = [row for _, row in reader]

    distinct = [row for number, row in enumerate(written) if number == 0 or row != written[number - 1]]
    assert (found, rejects) == (distinct, [])


@settings(deadline=None)
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
