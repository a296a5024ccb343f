"""The columns of every file: the official dataset's as its documentation lists them, and two files of our own.

A column's cell is text that its pattern describes; ``\\N`` is null.  Ids are text: they have seven digits or more, and
nothing but the prefix and the digits in them.
"""

from dataclasses import dataclass
from enum import Enum

NULL = r"\N"
TEXT = r"[^\t]*"
TITLE = r"tt[0-9]{7,}"
NAME = r"nm[0-9]{7,}"
OWN = r"[A-Za-z0-9_-]+"
NUMBER = r"[0-9]+"
YEAR = r"[0-9]{4}"
DECIMAL = r"[0-9]+(?:\.[0-9]+)?"
FLAG = r"[01]"
WORD = r"[^\t]+"


class Many(Enum):
    """How a cell holds several values."""

    COMMA = ","
    STX = "\x02"
    JSON = "json"


@dataclass(frozen=True)
class Column:
    """One column; ``means`` is the pattern of one value, and says what a mended cell would look like."""

    name: str
    pattern: str
    means: str
    many: Many | None = None
    nullable: bool = True
    required: bool = True

    @property
    def cell(self) -> str:
        """The pattern of a whole cell."""
        if self.many is None:
            one = self.pattern
        elif self.many is Many.JSON or self.pattern == TEXT:
            one = TEXT
        else:
            one = rf"{self.pattern}(?:{self.many.value}{self.pattern})*"
        # A text cell takes the null marker as it is: its pattern fits everything.
        return rf"{one}|\\N" if self.nullable and one != TEXT else one


@dataclass(frozen=True)
class FileKind:
    """One file: its name without ``.tsv`` or ``.tsv.gz``, its columns, and those that identify a row."""

    name: str
    key: tuple[str, ...]
    columns: tuple[Column, ...]

    def column(self, name: str) -> Column:
        return next(column for column in self.columns if column.name == name)


def _key(name: str, pattern: str, means: str) -> Column:
    return Column(name, pattern, means, nullable=False)


def _text(name: str, *, required: bool = True) -> Column:
    return Column(name, TEXT, "text", required=required)


def _number(name: str, *, nullable: bool = True, required: bool = True) -> Column:
    return Column(name, NUMBER, "a whole number", nullable=nullable, required=required)


def _year(name: str, *, required: bool = True) -> Column:
    return Column(name, YEAR, "a year of four digits", required=required)


def _flag(name: str) -> Column:
    return Column(name, FLAG, "0 or 1", required=False)


def _titles(name: str) -> Column:
    return Column(name, TITLE, "title ids, separated by commas", many=Many.COMMA)


def _names(name: str) -> Column:
    return Column(name, NAME, "name ids, separated by commas", many=Many.COMMA)


def _words(name: str, many: Many = Many.COMMA) -> Column:
    return Column(name, TEXT, "words", many=many, required=False)


_TCONST = _key("tconst", TITLE, "a title id: tt and at least seven digits")
_NCONST = _key("nconst", NAME, "a name id: nm and at least seven digits")
_ORDERING = _key("ordering", NUMBER, "a whole number")

KINDS = {
    kind.name: kind
    for kind in (
        FileKind(
            "name.basics",
            ("nconst",),
            (
                _NCONST,
                _text("primaryName"),
                _year("birthYear", required=False),
                _year("deathYear", required=False),
                _words("primaryProfession"),
                _titles("knownForTitles"),
            ),
        ),
        FileKind(
            "title.basics",
            ("tconst",),
            (
                _TCONST,
                _key("titleType", WORD, "a word"),
                _text("primaryTitle"),
                _text("originalTitle", required=False),
                _flag("isAdult"),
                _year("startYear"),
                _year("endYear", required=False),
                _number("runtimeMinutes", required=False),
                _words("genres"),
            ),
        ),
        FileKind(
            "title.principals",
            ("tconst", "ordering"),
            (
                _TCONST,
                _ORDERING,
                _NCONST,
                _key("category", WORD, "a word"),
                _text("job", required=False),
                Column("characters", TEXT, "a JSON list of texts", many=Many.JSON, required=False),
            ),
        ),
        FileKind(
            "title.ratings",
            ("tconst",),
            (
                _TCONST,
                _key("averageRating", DECIMAL, "a number"),
                _number("numVotes", nullable=False),
            ),
        ),
        FileKind(
            "title.akas",
            ("titleId", "ordering"),
            (
                _key("titleId", TITLE, "a title id: tt and at least seven digits"),
                _ORDERING,
                _text("title"),
                _text("region", required=False),
                _text("language", required=False),
                _words("types", Many.STX),
                _words("attributes", Many.STX),
                _flag("isOriginalTitle"),
            ),
        ),
        FileKind("title.crew", ("tconst",), (_TCONST, _names("directors"), _names("writers"))),
        FileKind(
            "title.episode",
            ("tconst",),
            (
                _TCONST,
                _key("parentTconst", TITLE, "a title id: tt and at least seven digits"),
                _number("seasonNumber", required=False),
                _number("episodeNumber", required=False),
            ),
        ),
        # Ours: the dataset has no pictures and no awards.
        FileKind(
            "image.list",
            ("imageId",),
            (
                _key("imageId", OWN, "letters, digits, - and _"),
                _text("url", required=False),
                _number("width", nullable=False),
                _number("height", nullable=False),
                _text("caption"),
                _titles("titles"),
                _names("names"),
            ),
        ),
        FileKind(
            "award.list",
            ("awardId",),
            (
                _key("awardId", OWN, "letters, digits, - and _"),
                _key("event", WORD, "who gives it"),
                _key("category", WORD, "a category"),
                _key("year", YEAR, "a year of four digits"),
                _key("outcome", r"(?:winner|nominee)", "winner or nominee"),
                _titles("titles"),
                _names("names"),
            ),
        ),
    )
}
