"""`milkrun graph plan`: what it prints, and how it ends."""

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from milkrun.cli.graph import app
from milkrun.cli.graph.schemas import GraphInputInvalid
from tests.support.federation.suite import AUDIT

SUPERGRAPH = AUDIT / "simple-entity-call" / "supergraph.graphql"
OPERATION = "{ user { id nickname } }"


def run(operation: str, *options: str) -> Any:
    arguments = ["plan", "--supergraph", str(SUPERGRAPH), "--operation", "-", *options]
    return CliRunner().invoke(app, arguments, input=operation)


def test_a_plan_is_shown_stage_by_stage() -> None:
    result = run(OPERATION)
    assert result.exit_code == 0, result.output
    assert result.output.startswith("query: 2 fetches in 2 stages")
    assert "stage 2, after 0" in result.output
    assert "$representations: user as User {" in result.output


def test_a_plan_for_machines_has_the_requests() -> None:
    made = json.loads(run(OPERATION, "--json").output)
    assert (made["stages"], len(made["fetches"])) == (2, 2)
    assert made["fetches"][1]["entities"][0]["path"] == "user"


def test_an_operation_may_be_in_a_file(tmp_path: Path) -> None:
    file = tmp_path / "operation.graphql"
    file.write_text(OPERATION, encoding="utf-8")
    arguments = ["plan", "--supergraph", str(SUPERGRAPH), "--operation", str(file)]
    assert CliRunner().invoke(app, arguments).exit_code == 0


def test_an_operation_without_a_plan_ends_with_1() -> None:
    suite = AUDIT / "corrupted-supergraph-node-id" / "supergraph.graphql"
    arguments = ["plan", "--supergraph", str(suite), "--operation", "-"]
    result = CliRunner().invoke(app, arguments, input='{ node(id: "a1") { id } }')
    assert result.exit_code == 1
    assert "no plan" in result.output


@pytest.mark.parametrize("operation", ["{", "{ nothing }", ""])
def test_a_wrong_operation_is_named(operation: str) -> None:
    assert isinstance(run(operation).exception, GraphInputInvalid)


@pytest.mark.parametrize("variables", ["{", "[]"])
def test_wrong_variables_are_named(variables: str) -> None:
    assert isinstance(run(OPERATION, "--variables", variables).exception, GraphInputInvalid)
