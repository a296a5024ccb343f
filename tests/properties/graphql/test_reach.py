"""Whatever keys lead to, and however they nest, has a plan; and nothing else has."""

from dataclasses import dataclass

import pytest
from graphql import parse
from hypothesis import given
from hypothesis import strategies as st
from milkrun_graph.errors import PlanningFailed
from milkrun_graph.planner import Limits, PlanOptions, plan_operation
from milkrun_graph.supergraph import Supergraph

from tests.properties.graphql.test_random_supergraphs import examples
from tests.support.supergraphs import a_supergraph

FIELDS = [f"k{number}" for number in range(8)]


@dataclass(frozen=True)
class Part:
    """One subgraph's part of the only entity: what it has, and which keys it can be entered by."""

    fields: frozenset[str]
    keys: tuple[frozenset[str], ...]


some = st.frozensets(st.sampled_from(FIELDS), min_size=1, max_size=3)
parts = st.builds(Part, some, st.lists(some, max_size=3, unique=True).map(tuple))


def supergraph(graphs: list[Part]) -> Supergraph:
    """Every subgraph also has what its keys are made of."""
    names = [f"G{at}" for at in range(len(graphs))]
    named = list(zip(names, graphs, strict=True))
    types = " ".join(
        f'@type(graph: {name}, key: "{" ".join(sorted(key))}")' if key else f"@type(graph: {name})"
        for name, part in named
        for key in part.keys or (frozenset(),)
    )
    fields = ""
    for field in FIELDS:
        owners = " ".join(f"@field(graph: {name})" for name, part in named if field in has(part))
        fields += f"{field}: ID {owners}\n" if owners else ""
    roots = " ".join(f"@type(graph: {name})" for name in names)
    return a_supergraph(names, f"type Query {roots} {{ t: T @field(graph: G0) }} type T {types} {{ {fields} }}")


def has(part: Part) -> frozenset[str]:
    return part.fields.union(*part.keys)


def reached(graphs: list[Part]) -> set[str]:
    """Entering whatever can be entered, until nothing new comes."""
    known = set(has(graphs[0]))
    before = 0
    while len(known) > before:
        before = len(known)
        for part in graphs[1:]:
            if any(key <= known for key in part.keys):
                known |= has(part)
    return known


def fault(tables: Supergraph, field: str, options: PlanOptions) -> str | None:
    try:
        plan_operation(tables, parse(f"{{ t {{ {field} }} }}"), options=options)
    except PlanningFailed as failed:
        return failed.code
    return None


@pytest.mark.parametrize("attempt", [2_000, 0], ids=["nesting first", "from the ground up"])
@given(st.lists(parts, min_size=2, max_size=9))
@examples(100)
def test_a_field_has_a_plan_if_keys_lead_to_it(attempt: int, graphs: list[Part]) -> None:
    tables, options = supergraph(graphs), PlanOptions(limits=Limits(states_per_attempt=attempt))
    ways = reached(graphs)
    for field in frozenset[str]().union(*map(has, graphs)):
        assert fault(tables, field, options) == (None if field in ways else "QUERY_PLANNING_FAILED")
