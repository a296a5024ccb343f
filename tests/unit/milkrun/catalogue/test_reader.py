"""Reading files: what is taken, what is not, and that nothing is lost without a word."""

import gzip
import tracemalloc
from pathlib import Path

import pytest

from milkrun.catalogue.errors import FileUnusable
from milkrun.catalogue.files import KINDS
from milkrun.catalogue.folder import find_files, only
from milkrun.catalogue.reader import MAX_LINE_BYTES, Reject, TableReader
from milkrun.catalogue.rows import Row

RATINGS = "tconst\taverageRating\tnumVotes\n"
TITLES = "tconst\ttitleType\tprimaryTitle\tstartYear\tgenres\n"


def read(path: Path, kind: str = "title.ratings") -> tuple[list[Row], list[Reject], TableReader]:
    rejects: list[Reject] = []
    with TableReader(path, KINDS[kind], rejects.append) as reader:
        rows = [row for _, row in reader]
    return rows, rejects, reader


def ratings(tmp_path: Path, content: str | bytes) -> Path:
    path = tmp_path / "title.ratings.tsv"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def test_gzip_is_known_by_its_content_whatever_the_name(tmp_path: Path) -> None:
    rows, _, _ = read(ratings(tmp_path, gzip.compress(f"{RATINGS}tt0000001\t5.7\t1\n".encode())))

    assert rows == [{"tconst": "tt0000001", "averageRating": "5.7", "numVotes": "1"}]


def test_several_gzip_members_are_one_file(tmp_path: Path) -> None:
    parts = gzip.compress(RATINGS.encode()) + gzip.compress(b"tt0000001\t5.7\t1\n")

    assert len(read(ratings(tmp_path, parts))[0]) == 1


def test_a_gzip_file_that_ends_too_early_is_told(tmp_path: Path) -> None:
    whole = gzip.compress(f"{RATINGS}{''.join(f'tt{n:07}\t5.7\t{n}\n' for n in range(1, 9999))}".encode())
    path = ratings(tmp_path, whole[: len(whole) // 2])

    with pytest.raises(FileUnusable, match=r"title\.ratings\.tsv: the gzip file ends too early: fetch it again"):
        read(path)


def test_a_damaged_gzip_file_is_told(tmp_path: Path) -> None:
    whole = bytearray(gzip.compress(f"{RATINGS}tt0000001\t5.7\t1\n".encode()))
    whole[-8] ^= 0xFF

    with pytest.raises(FileUnusable, match="is damaged"):
        read(ratings(tmp_path, bytes(whole)))


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(FileUnusable, match=r"title\.ratings\.tsv: No such file"):
        read(tmp_path / "title.ratings.tsv")


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("tt0000002\t5.7", "has 2 cells, the header has 3"),
        ("tt0000002\t5.7\t1\t2", "has 4 cells, the header has 3"),
        ("", "has 1 cells, the header has 3"),
        ("tt123\t5.7\t1", "tconst: 'tt123' is not a title id: tt and at least seven digits"),
        ("tt\u0660234567\t5.7\t1", "tconst: 'tt\u0660234567' is not a title id: tt and at least seven digits"),
        (r"\N" + "\t5.7\t1", r"tconst: '\\N' is not a title id: tt and at least seven digits"),
        ("tt0000002\tgood\t1", "averageRating: 'good' is not a number"),
        ("tt0000002\t5.7\t1.5", "numVotes: '1.5' is not a whole number"),
        ("tt0000002\t5.7\t", "numVotes: '' is not a whole number"),
    ],
)
def test_a_broken_line_is_reported_and_the_next_is_read(tmp_path: Path, line: str, reason: str) -> None:
    content = f"{RATINGS}tt0000001\t5.7\t1\n{line}\ntt0000003\t5.7\t3\n"

    rows, rejects, reader = read(ratings(tmp_path, content))

    assert [row["tconst"] for row in rows] == ["tt0000001", "tt0000003"]
    assert rejects == [Reject(3, reason, line)]
    assert (reader.read, reader.rejected, reader.duplicates) == (3, 1, 0)


def test_a_line_that_is_no_utf8_is_reported(tmp_path: Path) -> None:
    _, rejects, _ = read(ratings(tmp_path, RATINGS.encode() + b"tt0000001\t5.7\t1\ntt000\xff002\t5.7\t1\n"))

    assert [(one.line, one.reason) for one in rejects] == [(3, "is no UTF-8")]


def test_characters_that_are_no_list_of_texts_are_reported(tmp_path: Path) -> None:
    path = tmp_path / "title.principals.tsv"
    cells = ["Self", '{"a": 1}', "[1]", "[", '["Self"]']
    lines = [f"tt0000001\t{number}\tnm0000001\tself\t\\N\t{cell}\n" for number, cell in enumerate(cells)]
    path.write_text("tconst\tordering\tnconst\tcategory\tjob\tcharacters\n" + "".join(lines))

    rows, rejects, _ = read(path, "title.principals")

    assert [row["characters"] for row in rows] == [["Self"]]
    assert [one.reason for one in rejects] == [
        f"characters: {cell!r} is not a JSON list of texts" for cell in cells[:-1]
    ]


def test_a_column_that_is_needed_and_missing_stops_the_file(tmp_path: Path) -> None:
    with pytest.raises(FileUnusable, match=r"ratings\.tsv: title\.ratings needs column numVotes; the first line"):
        read(ratings(tmp_path, "tconst\taverageRating\ntt0000001\t5.7\n"))


@pytest.mark.parametrize("content", ["", "\n", "tt0000001\t5.7\t1\n"])
def test_a_file_without_its_header_is_refused(tmp_path: Path, content: str) -> None:
    with pytest.raises(FileUnusable, match="with its header"):
        read(ratings(tmp_path, content))


def test_a_column_twice_in_the_header_is_refused(tmp_path: Path) -> None:
    with pytest.raises(FileUnusable, match="stands twice"):
        read(ratings(tmp_path, "tconst\taverageRating\tnumVotes\tnumVotes\n"))


def test_columns_may_come_go_and_change_places(tmp_path: Path) -> None:
    path = tmp_path / "title.basics.tsv"
    path.write_text(
        "genres\tstartYear\tshoeSize\ttconst\ttitleType\tprimaryTitle\nDrama\t1999\t43\ttt0000001\tmovie\tA\n"
    )

    rows, _, reader = read(path, "title.basics")

    expected = {
        "tconst": "tt0000001",
        "titleType": "movie",
        "primaryTitle": "A",
        "startYear": "1999",
        "genres": ["Drama"],
    }
    absent = {"originalTitle": None, "isAdult": None, "endYear": None, "runtimeMinutes": None}
    assert rows == [expected | absent]
    assert "column shoeSize is not known and not read" in reader.notes
    assert "column endYear is not there: empty in every row" in reader.notes


def test_a_byte_order_mark_and_carriage_returns_of_an_editor_do_no_harm(tmp_path: Path) -> None:
    rows, rejects, _ = read(ratings(tmp_path, f"\ufeff{RATINGS}tt0000001\t5.7\t1\n".replace("\n", "\r\n")))

    assert (rows, rejects) == ([{"tconst": "tt0000001", "averageRating": "5.7", "numVotes": "1"}], [])


def test_only_a_line_feed_ends_a_line(tmp_path: Path) -> None:
    path = tmp_path / "title.basics.tsv"
    title = "a\rb\x0bc\x0cd\x1ce\x85f\u2028g"
    path.write_bytes(f"{TITLES}tt0000001\tmovie\t{title}\t\\N\t\\N\n".encode())

    rows, rejects, _ = read(path, "title.basics")

    assert ([row["primaryTitle"] for row in rows], rejects) == ([title], [])


def test_the_last_line_needs_no_end(tmp_path: Path) -> None:
    assert len(read(ratings(tmp_path, f"{RATINGS}tt0000001\t5.7\t1"))[0]) == 1


def test_a_line_like_the_one_before_is_counted_and_passed_over(tmp_path: Path) -> None:
    rows, rejects, reader = read(ratings(tmp_path, RATINGS + "tt0000001\t5.7\t1\n" * 3))

    assert (len(rows), rejects, reader.read, reader.duplicates) == (1, [], 3, 2)


def test_rows_are_read_from_any_line_on(tmp_path: Path) -> None:
    path = ratings(tmp_path, RATINGS + "".join(f"tt000000{n}\t5.7\t{n}\n" for n in range(1, 6)))
    with TableReader(path, KINDS["title.ratings"]) as reader:
        found = [(line, row["numVotes"]) for line, row in reader.rows(after=4)]

    assert found == [(5, "4"), (6, "5")]


def test_memory_does_not_grow_with_the_file(tmp_path: Path) -> None:
    path = tmp_path / "title.basics.tsv.gz"
    with gzip.open(path, "wt", compresslevel=1) as file:
        file.write(TITLES)
        file.writelines(f"tt{number:07}\tmovie\t{number}{'a title' * 1000}\t1999\tDrama\n" for number in range(3000))
    tracemalloc.start()
    with TableReader(path, KINDS["title.basics"]) as reader:
        count = sum(1 for _ in reader)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert count == 3000
    assert peak < 3_000_000, "the file unpacked has 21 MB"


def test_a_file_without_line_ends_is_not_read_into_memory(tmp_path: Path) -> None:
    with pytest.raises(FileUnusable, match="is this a TSV file"):
        read(ratings(tmp_path, RATINGS.encode() + b"x" * (MAX_LINE_BYTES * 3)))


def test_a_folder_gives_the_files_that_it_holds(tmp_path: Path) -> None:
    for name in ("title.ratings.tsv", "name.basics.tsv.gz", "notes.txt", "title.basics"):
        (tmp_path / name).touch()

    files = find_files(tmp_path)

    assert {name: path.name for name, path in files.items()} == {
        "name.basics": "name.basics.tsv.gz",
        "title.ratings": "title.ratings.tsv",
    }
    assert list(only(files, ["title.ratings.tsv"])) == ["title.ratings"]
    with pytest.raises(FileUnusable, match=r"title\.crew is not there; there are: name\.basics, title\.ratings"):
        only(files, ["title.crew"])


def test_a_file_both_zipped_and_plain_is_not_guessed_at(tmp_path: Path) -> None:
    for name in ("title.ratings.tsv", "title.ratings.tsv.gz"):
        (tmp_path / name).touch()

    with pytest.raises(FileUnusable, match="move one of them away"):
        find_files(tmp_path)


@pytest.mark.parametrize("name", ["empty", "missing"])
def test_a_folder_without_files_says_what_it_should_hold(tmp_path: Path, name: str) -> None:
    (tmp_path / "empty").mkdir()

    with pytest.raises(FileUnusable, match=r"name\.basics, title\.basics"):
        find_files(tmp_path / name)
