"""`milkrun graph check` and `milkrun graph diff`: what they print, and how they end."""

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from milkrun.cli.graph import app
from milkrun.cli.graph.schemas import GraphInputInvalid

OLD = "type Query { a: Int b(x: Int = 1): Int c: Int }"
NEW = "type Query { a: Int b(x: Int = 2): Int d: Int }"


@pytest.fixture
def files(tmp_path: Path) -> Path:
    (tmp_path / "old.graphql").write_text(OLD, encoding="utf-8")
    (tmp_path / "new.graphql").write_text(NEW, encoding="utf-8")
    record(tmp_path, {"query": "query Uses { c }", "client": "web", "count": 9}, {"query": "{ a }", "count": 91})
    return tmp_path


def record(folder: Path, *lines: Any) -> None:
    (folder / "operations.jsonl").write_text("\n".join(map(json.dumps, lines)), encoding="utf-8")


def run(command: str, folder: Path, *options: str) -> Any:
    arguments = [command, str(folder / "old.graphql"), str(folder / "new.graphql"), *options]
    return CliRunner().invoke(app, arguments)


def check(folder: Path, *options: str) -> Any:
    return run("check", folder, "--operations", str(folder / "operations.jsonl"), *options)


def test_diff_lists_changes_and_ends_well(files: Path) -> None:
    result = run("diff", files, "--json")

    assert result.exit_code == 0
    assert [(one["severity"], one["code"], one["coordinate"]) for one in json.loads(result.stdout)] == [
        ("breaking", "FIELD_REMOVED", "Query.c"),
        ("dangerous", "ARGUMENT_DEFAULT_CHANGED", "Query.b(x:)"),
        ("safe", "FIELD_ADDED", "Query.d"),
    ]
    assert "Query.c was removed" in run("diff", files).stdout


def test_a_check_that_breaks_somebody_ends_with_1_and_names_them(files: Path) -> None:
    result = check(files)

    assert result.exit_code == 1
    assert "web 9" in result.stdout
    assert "Uses" in result.stdout
    assert "refused: 2 recorded operations, 100 requests" in result.stdout


def test_the_report_for_machines_is_complete(files: Path) -> None:
    report = json.loads(check(files, "--json").stdout)

    assert (report["passed"], report["operations"], report["requests"]) == (False, 2, 100)
    assert report["findings"][0]["operations"][0]["requests"] == {"web": 9}


@pytest.mark.parametrize(
    "options",
    [("--threshold", "10%"), ("--threshold", "10"), ("--exclude-client", "web"), ("--exclude-operation", "Uses")],
    ids=" ".join,
)
def test_knobs_let_it_pass(files: Path, options: tuple[str, str]) -> None:
    assert check(files, *options).exit_code == 0


def test_an_approval_lets_it_pass(files: Path) -> None:
    (files / "approved.json").write_text('{"approvals": [{"coordinate": "Query.c"}]}', encoding="utf-8")

    assert check(files, "--approve", str(files / "approved.json")).exit_code == 0


def test_without_operations_it_fails_unless_told_otherwise(files: Path) -> None:
    assert run("check", files).exit_code == 1
    assert run("check", files, "--without-operations", "pass").exit_code == 0


def test_old_records_are_outside_the_window(files: Path) -> None:
    record(files, {"query": "{ c }", "last_seen": "2020-01-01T00:00:00Z"}, {"query": "{ a }"})

    assert check(files).exit_code == 0
    assert check(files, "--window", "all").exit_code == 1


@pytest.mark.parametrize(
    "options",
    [("--threshold", "x"), ("--window", "x"), ("--dangerous", "x"), ("--without-operations", "x"),
     ("--approve", "nowhere.json"), ("--operations", "nowhere.jsonl")],
    ids=" ".join,
)  # fmt: skip
def test_bad_input_is_one_sentence_and_exit_code_2(files: Path, options: tuple[str, str]) -> None:
    result = check(files, *options)

    assert isinstance(result.exception, GraphInputInvalid)
    assert result.exception.exit_code == 2


def test_a_file_that_is_no_schema_is_named(files: Path) -> None:
    (files / "new.graphql").write_text("type {", encoding="utf-8")

    result = run("diff", files)

    assert isinstance(result.exception, GraphInputInvalid)
    assert "new.graphql" in str(result.exception)
