"""How fast the catalogue's files are read: rows a second of CPU time on one core, beside the standard library's reader.

With polars installed in the environment that runs it, its reader is a third column: it splits cells, and neither checks
them nor makes rows of them.
"""

import csv
import gzip
import importlib.util
import resource
import shutil
import tempfile
import time
from collections.abc import Callable
from itertools import count
from pathlib import Path

from rich.console import Console
from rich.table import Table

from milkrun.catalogue.files import KINDS, NULL, Many
from milkrun.catalogue.reader import TableReader

ROWS = 300_000
TARGET = 50_000
LINES: dict[str, Callable[[int], str]] = {
    "title.ratings": lambda n: f"tt{n:07}\t{n % 100 / 10}\t{n * 7919 % 100_003}",
    "title.basics": lambda n: (
        f'tt{n:07}\tmovie\tThe "title" of {n}\tLe titre {n}\t0\t{1900 + n % 120}\t{NULL}\t{n % 240}\tDrama,Comedy'
    ),
    "title.principals": lambda n: (
        f'tt{n // 6:07}\t{n % 6 + 1}\tnm{n * 31 % 9_999_999:07}\tactor\t{NULL}\t["Mr. \\"{n}\\"","Self"]'
    ),
    "name.basics": lambda n: (
        f"nm{n:07}\tPerson {n}\t{1900 + n % 100}\t{NULL}\tactor,producer\ttt{n:07},tt{n + 1:07},tt{n + 2:07}"
    ),
    "title.akas": lambda n: f"tt{n // 4:07}\t{n % 4 + 1}\tZitat {n}\tDE\t{NULL}\timdbDisplay\x02tv\tliteral title\t0",
    "title.crew": lambda n: f"tt{n:07}\tnm{n:07},nm{n + 1:07}\t{NULL}",
    "title.episode": lambda n: f"tt{n:07}\ttt{n // 20 + 1:07}\t{n % 9 + 1}\t{n % 20 + 1}",
}


def run() -> None:
    """Print rows a second of each file, plain and zipped, and by how much memory grew meanwhile."""
    peers: dict[str, Callable[[Path, str], int]] = {"csv.DictReader": _standard}
    if importlib.util.find_spec("polars"):
        peers["polars"] = _polars
    table = Table("file", "plain", "gzip", *peers, "target", title=f"rows/s, {ROWS:,} rows", title_justify="left")
    grown = 0
    with tempfile.TemporaryDirectory() as folder:
        for name in LINES:
            plain, zipped = _write(Path(folder), name)
            before = _memory()
            seconds = [_timed(_ours, plain, name), _timed(_ours, zipped, name)]
            grown = max(grown, _memory() - before)
            seconds += [_timed(peer, plain, name) for peer in peers.values()]
            table.add_row(name, *(f"{ROWS / one:,.0f}" for one in seconds), f"> {TARGET:,}")
    console = Console()
    console.print(table)
    console.print(f"memory grew by {grown / 1024:.1f} MB at most while one file was read")


def _memory() -> int:
    """The most that this process ever had, in KiB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def _write(folder: Path, name: str) -> tuple[Path, Path]:
    plain = folder / f"{name}.tsv"
    zipped = folder / f"{name}.tsv.gz"
    with plain.open("w") as file:
        file.write("\t".join(column.name for column in KINDS[name].columns) + "\n")
        file.writelines(f"{LINES[name](number)}\n" for number in range(1, ROWS + 1))
    with plain.open("rb") as source, gzip.open(zipped, "wb", compresslevel=6) as target:
        shutil.copyfileobj(source, target)
    return plain, zipped


def _timed(read: Callable[[Path, str], int], path: Path, name: str) -> float:
    began = time.process_time()
    rows = read(path, name)
    if rows != ROWS:
        raise AssertionError(f"{rows} rows were read, {ROWS} written")
    return time.process_time() - began


def _ours(path: Path, name: str) -> int:
    with TableReader(path, KINDS[name]) as reader:
        return sum(1 for _ in reader)


def _standard(path: Path, name: str) -> int:
    """The least that makes the same of a row: nulls, and lists at commas.  It checks nothing and reads no JSON."""
    lists = [column.name for column in KINDS[name].columns if column.many and column.many is not Many.JSON]
    rows = count()
    with path.open(newline="\n") as file:
        for read in csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE):
            row: dict[str, object] = {key: None if value == NULL else value for key, value in read.items()}
            for column in lists:
                row[column] = read[column].split(",") if row[column] else []
            next(rows)
    return next(rows)


def _polars(path: Path, _name: str) -> int:
    import polars  # type: ignore[import-not-found]  # noqa: PLC0415 - only where it is installed

    frame = polars.read_csv(path, separator="\t", quote_char=None, null_values=[NULL], infer_schema=False)
    return int(frame.height)
