"""Loading: every row arrives, once in effect, whatever happens on the way."""

import gzip
import json
import random
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from milkrun.catalogue.checkpoint import Book
from milkrun.catalogue.deliver import Interrupted, Patience
from milkrun.catalogue.errors import FileUnusable, ImporterAway, ImporterBroken, Refused, Throttled
from milkrun.catalogue.files import KINDS
from milkrun.catalogue.loader import AT_ONCE, BATCH_ROWS, Load, Summary
from milkrun.catalogue.rows import Row

KIND = KINDS["title.ratings"]
# What may be written and not yet acknowledged when a load is killed.
UNDER_WAY = 2 * AT_ONCE * BATCH_ROWS
HEADER = "tconst\taverageRating\tnumVotes\n"


class Killed(BaseException):
    """The process ends here."""


class FakeGraphlet:
    """Keeps rows by their key, as a table does; ``before`` and ``after`` writing may raise."""

    def __init__(self, poison: Sequence[str] = ()) -> None:
        self.rows: dict[str, Row] = {}
        self.calls: list[int] = []
        self.poison = set(poison)
        self.before: Callable[[int], None] = lambda _count: None
        self.after: Callable[[int], None] = lambda _count: None
        self._lock = threading.Lock()

    def put(self, file: str, rows: Sequence[Row]) -> int:
        assert (file, len(rows) <= BATCH_ROWS) == (KIND.name, True)
        with self._lock:
            self.calls.append(len(rows))
            self.before(len(rows))
            for row in rows:
                if row["tconst"] in self.poison:
                    raise Refused(f"ValueError: {row['tconst']} is too bad")
                self.rows[str(row["tconst"])] = row
            self.after(len(rows))
        return len(rows)


def line(number: int, votes: int = 5) -> str:
    return f"tt{number:07}\t7.{number % 10}\t{votes}\n"


def ratings(tmp_path: Path, lines: Sequence[str]) -> Path:
    path = tmp_path / "title.ratings.tsv"
    path.write_text(HEADER + "".join(lines))
    return path


def a_load(path: Path, graphlet: FakeGraphlet, *, restart: bool = False, altogether: float = 5) -> Load:
    patience = Patience(first=0.0001, longest=0.001, altogether=altogether)
    return Load(path, KIND, graphlet, Book(path.parent / "state", KIND.name), restart=restart, patience=patience)


def counts(summary: Summary) -> tuple[int, int, int, int]:
    return summary.read, summary.written, summary.rejected, summary.duplicates


def rejects(tmp_path: Path) -> list[list[str]]:
    text = (tmp_path / "state" / "title.ratings.rejects.tsv").read_text()
    return [one.split("\t") for one in text.splitlines()]


def test_rows_arrive_in_batches(tmp_path: Path) -> None:
    graphlet = FakeGraphlet()

    summary = a_load(ratings(tmp_path, [line(n) for n in range(1, 1202)]), graphlet).run()

    assert counts(summary) == (1201, 1201, 0, 0)
    assert sorted(graphlet.calls) == [201, 500, 500]
    assert graphlet.rows["tt0000007"] == {"tconst": "tt0000007", "averageRating": "7.7", "numVotes": "5"}
    assert (summary.rejects_in, summary.as_it_was) == (None, False)


def test_loading_a_file_twice_changes_nothing(tmp_path: Path) -> None:
    graphlet = FakeGraphlet()
    path = ratings(tmp_path, [line(n) for n in range(1, 99)])
    first = a_load(path, graphlet).run()
    before = len(graphlet.calls)

    second = a_load(path, graphlet).run()

    assert len(graphlet.calls) == before
    assert (counts(second), second.as_it_was) == (counts(first), True)


def test_another_file_of_that_name_is_loaded_from_its_start(tmp_path: Path) -> None:
    graphlet = FakeGraphlet()
    a_load(ratings(tmp_path, [line(n) for n in range(1, 99)]), graphlet).run()

    a_load(ratings(tmp_path, [line(n, votes=6) for n in range(1, 99)]), graphlet).run()

    assert {row["numVotes"] for row in graphlet.rows.values()} == {"6"}


def test_a_restart_sends_everything_again(tmp_path: Path) -> None:
    graphlet = FakeGraphlet(poison=["tt0000007"])
    path = ratings(tmp_path, [line(n) for n in range(1, 99)])
    first = a_load(path, graphlet).run()
    graphlet.rows.clear()

    second = a_load(path, graphlet, restart=True).run()

    assert (len(graphlet.rows), counts(second), second.as_it_was) == (97, counts(first), False)
    assert len(rejects(tmp_path)) == 1


def test_of_two_rows_with_one_key_the_later_one_stays(tmp_path: Path) -> None:
    graphlet = FakeGraphlet()

    summary = a_load(ratings(tmp_path, [line(1), line(2), line(1, votes=9), line(2), line(2)]), graphlet).run()

    assert counts(summary) == (5, 2, 0, 3)
    assert {key: row["numVotes"] for key, row in graphlet.rows.items()} == {"tt0000001": "9", "tt0000002": "5"}


def test_a_row_that_is_refused_is_found_and_kept_and_all_others_arrive(tmp_path: Path) -> None:
    graphlet = FakeGraphlet(poison=["tt0000123", "tt0000777"])
    lines = [line(n) for n in range(1, 1001)]
    lines[499] = "broken\n"

    summary = a_load(ratings(tmp_path, lines), graphlet).run()

    assert counts(summary) == (1000, 997, 3, 0)
    assert len(graphlet.rows) == 997
    assert sorted(rejects(tmp_path)) == [
        ["124", "ValueError: tt0000123 is too bad", "tt0000123", "7.3", "5"],
        ["501", "has 1 cells, the header has 3", "broken"],
        ["778", "ValueError: tt0000777 is too bad", "tt0000777", "7.7", "5"],
    ]


def test_an_importer_that_refuses_everything_ends_the_load_soon(tmp_path: Path) -> None:
    lines = [line(n) for n in range(1, 5001)]
    graphlet = FakeGraphlet(poison=[one[:9] for one in lines])

    with pytest.raises(ImporterBroken, match=r"title\.ratings refuses every row, the last one because: ValueError"):
        a_load(ratings(tmp_path, lines), graphlet).run()

    assert len(graphlet.calls) < 1000


def test_a_throttled_importer_is_waited_for(tmp_path: Path) -> None:
    graphlet = FakeGraphlet()

    def busy(_count: int) -> None:
        if len(graphlet.calls) < 20:
            raise Throttled("busy")

    graphlet.before = busy

    assert counts(a_load(ratings(tmp_path, [line(1)]), graphlet).run()) == (1, 1, 0, 0)


def test_an_importer_that_stays_away_ends_the_load_and_the_next_one_goes_on(tmp_path: Path) -> None:
    graphlet = FakeGraphlet()
    path = ratings(tmp_path, [line(n) for n in range(1, 5001)])

    def away(_count: int) -> None:
        if len(graphlet.rows) >= 2500:
            raise Throttled("nobody answers")

    graphlet.before = away
    with pytest.raises(ImporterAway, match=r"took nothing for 0\.05 s: nobody answers\. The same command goes on"):
        a_load(path, graphlet, altogether=0.05).run()
    graphlet.before = lambda _count: None
    graphlet.calls.clear()

    summary = a_load(path, graphlet).run()

    assert counts(summary) == (5000, 5000, 0, 0)
    assert summary.went_on_from > 1
    assert sum(graphlet.calls) < 5000
    assert len(graphlet.rows) == 5000


def test_a_truncated_file_loads_what_it_has_and_says_so(tmp_path: Path) -> None:
    graphlet = FakeGraphlet()
    whole = gzip.compress((HEADER + "".join(line(n, n * 7919 % 10007) for n in range(1, 20_000))).encode())
    path = tmp_path / "title.ratings.tsv"
    path.write_bytes(whole[:-1000])
    with pytest.raises(FileUnusable, match="ends too early"):
        a_load(path, graphlet).run()
    path.write_bytes(whole)

    assert counts(a_load(path, graphlet).run()) == (19_999, 19_999, 0, 0)
    assert len(graphlet.rows) == 19_999


def test_what_waits_for_another_try_ends_at_once_when_told() -> None:
    patience = Patience(first=60, longest=60)
    patience.stop.set()
    began = time.monotonic()

    with pytest.raises(Interrupted):
        patience.wait(0)

    assert time.monotonic() - began < 1


@pytest.mark.parametrize("seed", range(4))
def test_every_row_arrives_however_often_the_load_dies(tmp_path: Path, seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311 - the same troubles every time
    poison = [f"tt{chance.randrange(1, 4001):07}" for _ in range(3)]
    graphlet = FakeGraphlet(poison)

    def trouble(count: int) -> None:
        drawn = chance.random()
        if drawn < 0.10:
            raise Throttled("slow down")
        if drawn < 0.13 and count > 1:
            raise Refused("Sandbox.Timedout: after 3 s")
        if drawn < 0.18:
            raise Killed

    graphlet.before = graphlet.after = trouble
    path = ratings(tmp_path, [line(n) for n in range(1, 4001)])
    for _life in range(500):
        try:
            summary = a_load(path, graphlet).run()
            break
        except Killed:
            continue
    else:
        pytest.fail("it never came to its end")

    wanted = {f"tt{number:07}" for number in range(1, 4001)} - set(poison)
    assert set(graphlet.rows) == wanted
    assert counts(summary) == (4000, len(wanted), len(set(poison)), 0)
    assert Counter(one[2] for one in rejects(tmp_path)) == Counter(set(poison))


SLOW_LOAD = """
import sys, time
from pathlib import Path
from milkrun.catalogue.checkpoint import Book
from milkrun.catalogue.files import KINDS
from milkrun.catalogue.loader import Load

class Slow:
    def put(self, file, rows):
        time.sleep(0.01)
        with open(sys.argv[2], "a") as log:
            log.write("".join(f"{row['tconst']}\\n" for row in rows))
        return len(rows)

path = Path(sys.argv[1])
print("began", flush=True)
try:
    Load(path, KINDS["title.ratings"], Slow(), Book(path.parent / "state", "title.ratings")).run()
except KeyboardInterrupt:
    sys.exit(130)
"""


def lives(tmp_path: Path, number: signal.Signals, seconds: Sequence[float]) -> list[int]:
    """Start a slow load, signal it after so many seconds, again and again, and at last let it end; the exit codes."""
    codes = []
    for life in (*seconds, None):
        command = [sys.executable, "-c", SLOW_LOAD, str(tmp_path / "title.ratings.tsv"), str(tmp_path / "log")]
        with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
            assert process.stdout is not None
            process.stdout.readline()
            if life is not None:
                time.sleep(life)
                process.send_signal(number)
            codes.append(process.wait(timeout=20))
    return codes


@pytest.mark.parametrize(("number", "code"), [(signal.SIGKILL, -9), (signal.SIGINT, 130)])
def test_a_process_that_is_ended_goes_on_where_it_was(tmp_path: Path, number: signal.Signals, code: int) -> None:
    lines = [line(n) for n in range(1, 150_001)]
    ratings(tmp_path, [*lines, "broken\n"])

    codes = lives(tmp_path, number, (0.2, 0.3))

    delivered = (tmp_path / "log").read_text().splitlines()
    assert codes == [code, code, 0]
    assert set(delivered) == {one[:9] for one in lines}
    again = len(delivered) - len(lines)
    assert again <= 2 * UNDER_WAY, "what was acknowledged is not sent again"
    assert len(rejects(tmp_path)) == 1
    assert json.loads((tmp_path / "state" / "title.ratings.json").read_text())["written"] == len(lines)


class SlowAtFirst(FakeGraphlet):
    """Takes its time for the first batch, while others overtake it."""

    def put(self, file: str, rows: Sequence[Row]) -> int:
        if rows[0]["numVotes"] == "1":
            time.sleep(0.2)
        return super().put(file, rows)


def test_a_later_row_stays_even_where_its_batch_could_overtake(tmp_path: Path) -> None:
    graphlet = SlowAtFirst()
    lines = [line(7, votes=1), *(line(n) for n in range(1001, 1500)), line(7, votes=2)]

    summary = a_load(ratings(tmp_path, lines), graphlet).run()

    assert graphlet.rows["tt0000007"]["numVotes"] == "2"
    assert counts(summary) == (501, 501, 0, 0)
