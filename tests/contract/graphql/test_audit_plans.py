"""Plans for the audit's queries: never more fetches or stages than the best recorded planner, and always valid."""

from functools import cache

import pytest
from graphql import parse, validate
from milkrun_graph.errors import PlanningFailed
from milkrun_graph.planner import Limits, Plan, PlanOptions, plan_operation
from milkrun_graph.supergraph import Supergraph, read_supergraph

from tests.support.federation import AuditSuite
from tests.support.federation.sdl import read_subgraph
from tests.support.federation.suite import AUDIT

REFUSED = "E"
NOT_PLANNABLE = [("corrupted-supergraph-node-id", 0), ("corrupted-supergraph-node-id", 5)]
NULL_WHERE_AN_ERROR_IS_DUE = ("non-resolvable-interface-object", 1)
CASES = [(suite, case.number) for suite in AuditSuite.names() for case in AuditSuite.load(suite).cases]


@cache
def recorded(planner: str) -> dict[str, list[str]]:
    lines = (AUDIT / f"plans.{planner}.txt").read_text().splitlines()
    return {name: figures for name, *figures in map(str.split, lines)}


@cache
def tables(suite: str) -> Supergraph:
    return read_supergraph(AuditSuite.load(suite).supergraph)


@cache
def plan(suite: str, number: int) -> Plan:
    return plan_operation(tables(suite), parse(AuditSuite.load(suite).cases[number].query))


def best(suite: str, number: int) -> tuple[int, int] | None:
    figures = [recorded(planner)[suite][number] for planner in ("apollo", "hive")]
    pairs = [tuple(map(int, figure.split("/"))) for figure in figures if figure != REFUSED]
    return (min(pair[0] for pair in pairs), min(pair[1] for pair in pairs)) if pairs else None


@pytest.mark.parametrize(("suite", "number"), CASES)
def test_no_plan_costs_more_than_the_best_recorded_one(suite: str, number: int) -> None:
    known = best(suite, number)
    if known is None or (suite, number) == NULL_WHERE_AN_ERROR_IS_DUE:
        return
    made = plan(suite, number)
    assert len(made.fetches) <= known[0]
    assert made.stages <= known[1]


@pytest.mark.parametrize(("suite", "number"), CASES)
def test_pricing_jumps_from_the_ground_up_finds_plans_as_good(suite: str, number: int) -> None:
    known = best(suite, number)
    if known is None or (suite, number) == NULL_WHERE_AN_ERROR_IS_DUE:
        return
    options = PlanOptions(limits=Limits(states_per_attempt=0))
    made = plan_operation(tables(suite), parse(query(suite, number)), options=options)
    assert len(made.fetches) <= known[0]
    assert made.stages <= known[1]


@pytest.mark.parametrize(("suite", "number"), [*NOT_PLANNABLE, NULL_WHERE_AN_ERROR_IS_DUE])
def test_what_no_subgraph_can_answer_is_refused_before_anything_is_sent(suite: str, number: int) -> None:
    with pytest.raises(PlanningFailed) as failed:
        plan(suite, number)
    assert failed.value.code == "QUERY_PLANNING_FAILED"
    assert failed.value.path


@pytest.mark.parametrize(("suite", "number"), CASES)
def test_every_request_is_valid_for_its_subgraph(suite: str, number: int) -> None:
    audit = AuditSuite.load(suite)
    if audit.cases[number].fails:
        return
    names = {graph.enum_name: graph.name for graph in tables(suite).graphs.values()}
    for fetch in plan(suite, number).fetches:
        schema = read_subgraph(audit.sdls[names[fetch.graph]]).executable
        assert validate(schema, parse(fetch.query)) == [], fetch.query


@pytest.mark.parametrize(("suite", "number"), CASES)
def test_a_plan_does_not_depend_on_the_run(suite: str, number: int) -> None:
    if best(suite, number) is None or (suite, number) == NULL_WHERE_AN_ERROR_IS_DUE:
        return
    again = plan_operation(read_supergraph(AuditSuite.load(suite).supergraph), parse(query(suite, number)))
    assert again == plan(suite, number)


def query(suite: str, number: int) -> str:
    return AuditSuite.load(suite).cases[number].query
