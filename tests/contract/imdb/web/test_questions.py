"""What the pages ask is what the graphlets' schemas, composed, can answer; and in how few steps."""

from functools import cache

import pytest
from graphql import FieldNode, build_schema, get_operation_ast, is_non_null_type, parse, validate
from milkrun_graph.composer import Subgraph, compose
from milkrun_graph.planner import plan_operation
from milkrun_graph.supergraph import read_supergraph
from web.questions import FOLDER, question

from tests.support.pages import ROOT

QUESTIONS = sorted(path.stem for path in FOLDER.glob("*.graphql"))
every_question = pytest.mark.parametrize("name", QUESTIONS)


@cache
def composed() -> tuple[str, str]:
    """Supergraph and API schema of all graphlets in the repository."""
    schemas = sorted((ROOT / "functions" / "imdb").glob("*/schema.graphql"))
    named = [(path.parent.name, path.read_text(encoding="utf-8")) for path in schemas]
    subgraphs = [Subgraph(name, f"lambda:imdb-{name}-graphlet", sdl) for name, sdl in named]
    found = compose(subgraphs)
    assert found.errors == ()
    return str(found.supergraph_sdl), str(found.api_sdl)


def test_there_are_questions() -> None:
    assert QUESTIONS == ["FrontPage", "NamePage", "TitlePage"]


@every_question
def test_the_graph_can_answer_it(name: str) -> None:
    document = parse(question(name).text)
    operation = get_operation_ast(document)

    assert validate(build_schema(composed()[1]), document) == []
    assert operation is not None
    assert operation.name is not None
    assert operation.name.value == name


@every_question
def test_no_graphlet_that_fails_takes_the_whole_answer_with_it(name: str) -> None:
    """What is at the root may be null: else all of ``data`` is (GraphQL specification, section 6.4.4)."""
    operation = get_operation_ast(parse(question(name).text))
    root = build_schema(composed()[1]).query_type
    assert operation is not None
    assert root is not None
    asked = [field.name.value for field in operation.selection_set.selections if isinstance(field, FieldNode)]

    assert asked
    assert [field for field in asked if is_non_null_type(root.fields[field].type)] == []


@every_question
def test_it_takes_two_steps_at_most(name: str) -> None:
    plan = plan_operation(read_supergraph(composed()[0]), parse(question(name).text), name, {})

    assert plan.stages <= 2
    assert len(plan.fetches) <= 6
