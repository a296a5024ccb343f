"""Recorded operations and the files of a check: what is read, merged, left out and refused."""

from datetime import UTC, datetime, timedelta
from hashlib import sha256

import orjson
import pytest
from milkrun_graph.checks import OperationsUnreadable, PolicyUnreadable, Recorded, Selection, Threshold, read_operations
from milkrun_graph.checks.policy import parse_threshold, parse_window, read_approvals

ALL = Selection()
NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)


def read(*lines: object, selection: Selection = ALL) -> list[Recorded]:
    return read_operations([orjson.dumps(line) for line in lines], selection, NOW)


def test_lines_of_one_text_are_one_record_with_requests_by_client() -> None:
    (record,) = read(
        {"query": "{ a }", "client": "web", "count": 2, "variables": {"x": 1}},
        {"query": "{ a }", "client": "web", "variables": [{"x": 1}, {}]},
        {"query": "{ a }", "count": 5, "variables": {}},
    )

    assert (record.requests, record.count) == ({"web": 3, "unknown": 5}, 8)
    assert record.shapes == [{"x": 1}, {}]
    assert record.hash == sha256(b"{ a }").hexdigest()


def test_one_line_without_variables_makes_them_unknown() -> None:
    (record,) = read({"query": "{ a }", "variables": {}}, {"query": "{ a }"}, {"query": "{ a }", "variables": {}})

    assert record.shapes is None


def test_a_hash_finds_its_text_in_another_line() -> None:
    (record,) = read({"hash": "h", "count": 3}, {"hash": "h", "query": "{ a }", "count": 0})

    assert (record.query, record.count) == ("{ a }", 3)


def test_a_hash_without_text_is_refused() -> None:
    with pytest.raises(OperationsUnreadable, match="1 recorded hashes have no query"):
        read({"hash": "h"})


def test_only_what_is_inside_the_window_counts() -> None:
    week = Selection(window=timedelta(days=7))

    found = read(
        {"query": "{ a }", "last_seen": "2026-11-16T12:00:00Z"},
        {"query": "{ b }", "last_seen": "2026-11-16T11:59:59Z"},
        {"query": "{ c }", "last_seen": NOW.timestamp()},
        {"query": "{ d }"},
        selection=week,
    )

    assert [record.query for record in found] == ["{ a }", "{ c }", "{ d }"]


def test_excluded_clients_do_not_count() -> None:
    (record,) = read(
        {"query": "{ a }", "client": "crawler", "count": 9},
        {"query": "{ a }", "client": "web"},
        {"query": "{ b }", "client": "crawler"},
        selection=Selection(excluded_clients=frozenset({"crawler"})),
    )

    assert record.requests == {"web": 1}


@pytest.mark.parametrize(
    "line",
    [b"{", b"[]", b"{}", b'{"query": 1}', b'{"query": "{a}", "count": -1}', b'{"query": "{a}", "count": true}',
     b'{"query": "{a}", "variables": 1}', b'{"query": "{a}", "variables": [1]}'],
)  # fmt: skip
def test_a_wrong_line_is_named(line: bytes) -> None:
    with pytest.raises(OperationsUnreadable, match="line 2"):
        read_operations([b"", line], ALL, NOW)


@pytest.mark.parametrize("moment", ["yesterday", 1e20, [], {}])
def test_a_wrong_moment_is_named(moment: object) -> None:
    with pytest.raises(OperationsUnreadable, match="line 1"):
        read({"query": "{ a }", "last_seen": moment}, selection=Selection(window=timedelta(days=1)))


def test_thresholds_and_windows_are_read() -> None:
    assert parse_threshold("100") == Threshold(requests=100)
    assert parse_threshold("0.5%") == Threshold(share=0.005)
    assert parse_window("12h") == timedelta(hours=12)


@pytest.mark.parametrize("text", ["", "-1", "1.5", "%", "many"])
def test_a_wrong_threshold_is_refused(text: str) -> None:
    with pytest.raises(PolicyUnreadable):
        parse_threshold(text)


@pytest.mark.parametrize("text", ["", "7", "7y", "d"])
def test_a_wrong_window_is_refused(text: str) -> None:
    with pytest.raises(PolicyUnreadable):
        parse_window(text)


def test_an_approval_file_has_approvals_and_grades() -> None:
    approvals, grades = read_approvals(
        b'{"approvals": [{"coordinate": "A.b", "code": "FIELD_REMOVED", "until": "2026-12-31", "by": "ana"}],'
        b'"severities": {"ENUM_VALUE_ADDED": "safe"}}'
    )

    assert [(one.coordinate, one.code) for one in approvals] == [("A.b", "FIELD_REMOVED")]
    assert grades == {"ENUM_VALUE_ADDED": "safe"}


@pytest.mark.parametrize(
    "text",
    ["", "[]", '{"approvals": [{}]}', '{"approvals": [{"coordinate": "A", "code": "NOPE"}]}', '{"approvals": [1]}',
     '{"approvals": [{"coordinate": "A", "untl": ""}]}', '{"severities": {"NOPE": "safe"}}',
     '{"severities": {"ENUM_VALUE_ADDED": "fine"}}', '{"approvals": [{"coordinate": "A", "until": "soon"}]}'],
)  # fmt: skip
def test_a_wrong_approval_file_is_refused(text: str) -> None:
    with pytest.raises(PolicyUnreadable):
        read_approvals(text.encode())
