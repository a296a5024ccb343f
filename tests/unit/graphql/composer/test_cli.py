"""`milkrun graph compose`: Rover's file in, a supergraph or errors out."""

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from milkrun.cli.graph import app
from milkrun.cli.graph.schemas import GraphInputInvalid

CONFIG = """
federation_version: =2.9.0
subgraphs:
  shop:
    routing_url: http://shop/graphql
    schema:
      file: ./shop.graphql
"""


def run(folder: Path, *options: str) -> Any:
    return CliRunner().invoke(app, ["compose", "--config", str(folder / "supergraph.yaml"), *options])


def write(folder: Path, sdl: str, config: str = CONFIG) -> Path:
    (folder / "supergraph.yaml").write_text(config, encoding="utf-8")
    (folder / "shop.graphql").write_text(sdl, encoding="utf-8")
    return folder


def test_it_prints_the_supergraph(tmp_path: Path) -> None:
    result = run(write(tmp_path, "type Query { a: Int }"))

    assert result.exit_code == 0, result.output
    assert 'SHOP @join__graph(name: "shop", url: "http://shop/graphql")' in result.stdout


def test_it_writes_the_supergraph_to_a_file(tmp_path: Path) -> None:
    result = run(write(tmp_path, "type Query { a: Int }"), "--output", str(tmp_path / "out.graphql"))

    assert result.exit_code == 0, result.output
    assert result.stdout == ""
    assert "enum join__Graph" in (tmp_path / "out.graphql").read_text()


def test_errors_end_with_1_and_are_data_with_places(tmp_path: Path) -> None:
    result = run(write(tmp_path, 'type Query { a: T }\ntype T @key(fields: "nope") { id: ID }'), "--json")

    assert result.exit_code == 1
    data = json.loads(result.stdout)
    assert data["composed"] is False
    assert data["supergraph"] is None
    assert data["errors"][0]["code"] == "KEY_INVALID_FIELDS"
    assert data["errors"][0]["level"] == "ERROR"
    assert data["errors"][0]["locations"][0] == {"subgraph": "shop", "line": 2, "column": 8}


def test_errors_are_told_on_the_error_channel(tmp_path: Path) -> None:
    result = run(write(tmp_path, "type Query {"))

    assert result.exit_code == 1
    assert result.stdout == ""
    assert "error INVALID_GRAPHQL: [shop]" in result.stderr


@pytest.mark.parametrize(
    "config",
    [
        "- a",
        "subgraphs: {}",
        "subgraphs: {shop: {}}",
        "subgraphs: {shop: {schema: {file: ./shop.graphql}}}",
        "a: [",
        "",
    ],
)
def test_a_config_that_is_none_is_bad_input(tmp_path: Path, config: str) -> None:
    result = run(write(tmp_path, "type Query { a: Int }", config))

    assert isinstance(result.exception, GraphInputInvalid)
    assert result.exception.exit_code == 2


def test_a_missing_schema_file_is_bad_input(tmp_path: Path) -> None:
    folder = write(tmp_path, "")
    (folder / "shop.graphql").unlink()

    assert isinstance(run(folder).exception, GraphInputInvalid)
