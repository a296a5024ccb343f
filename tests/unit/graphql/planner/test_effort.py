"""How much the search may look at: supergraphs made to blow it up are planned, or given up with a clear error."""

import pytest
from graphql import parse
from milkrun_graph.errors import PlanningFailed
from milkrun_graph.planner import Limits, PlanOptions
from milkrun_graph.planner.builder import Builder
from milkrun_graph.planner.normalize import normalize
from milkrun_graph.supergraph import Supergraph

from tests.support.supergraphs import a_plan, a_supergraph


def states(tables: Supergraph, query: str) -> int:
    options = PlanOptions()
    builder = Builder(tables, normalize(tables, parse(query), None, {}, options), options)
    builder.build()
    return builder.search.states


def names(count: int) -> list[str]:
    return [f"G{number}" for number in range(count)]


def everywhere(count: int, key: str = "") -> str:
    said = f', key: "{key}"' if key else ""
    return " ".join(f"@type(graph: {name}{said})" for name in names(count))


def dense(count: int) -> Supergraph:
    """One entity in all subgraphs, with a field and a link to itself in each."""
    fields = " ".join(f"f{n}: Int @field(graph: G{n}) next{n}: T @field(graph: G{n})" for n in range(count))
    query = f"type Query {everywhere(count)} {{ t: T @field(graph: G0) }}"
    return a_supergraph(names(count), f"{query} type T {everywhere(count, 'id')} {{ id: ID! {fields} }}")


def chain(count: int) -> Supergraph:
    """Each subgraph shares one key with the next: the last is reached through all of them."""
    keys = " ".join(f'@type(graph: G{n}, key: "k{n}") @type(graph: G{n}, key: "k{n + 1}")' for n in range(count - 1))
    fields = " ".join(
        f"k{n}: ID! " + " ".join(f"@field(graph: G{graph})" for graph in (n - 1, n) if 0 <= graph < count)
        for n in range(count)
    )
    last = count - 1
    body = f'type T {keys} @type(graph: G{last}, key: "k{last}") {{ {fields} last: Int @field(graph: G{last}) }}'
    return a_supergraph(names(count), f"type Query {everywhere(count)} {{ t: T @field(graph: G0) }} {body}")


def composite(count: int, keys: int) -> Supergraph:
    """Each subgraph has several keys of two parts, and the ones before it have one part each."""
    types = " ".join(f'@type(graph: G{n}, key: "a{n}_{key} b{n}_{key}")' for n in range(count) for key in range(keys))
    fields = " ".join(
        f"a{n}_{key}: ID! @field(graph: G{n}) @field(graph: G{max(n - 1, 0)}) "
        f"b{n}_{key}: ID! @field(graph: G{n}) @field(graph: G{max(n - 2, 0)})"
        for n in range(count)
        for key in range(keys)
    )
    last = f"last: Int @field(graph: G{count - 1})"
    query = f"type Query {everywhere(count)} {{ t: T @field(graph: G0) }}"
    return a_supergraph(names(count), f"{query} type T {types} {{ {fields} {last} }}")


def tower(count: int, height: int) -> Supergraph:
    """Shareable values of values, in all subgraphs, the leaves in one each: every path could be taken everywhere."""
    floors = "".join(
        f"type V{floor} {everywhere(count)} {{ v{floor + 1}: V{floor + 1} x: Int }}\n" for floor in range(height)
    )
    leaves = " ".join(f"f{n}: Int @field(graph: G{n})" for n in range(count))
    top = f"type V{height} {everywhere(count)} {{ {leaves} }}"
    return a_supergraph(names(count), f"type Query {everywhere(count)} {{ v0: V0 }} {floors} {top}")


def all_fields(count: int) -> str:
    return " ".join(f"f{n}" for n in range(count))


def test_many_subgraphs_of_one_entity_take_a_bounded_number_of_states_per_field() -> None:
    fields = all_fields(20)
    query = f"{{ t {{ {fields} next3 {{ {fields} next4 {{ {fields} }} }} }} }}"
    assert states(dense(20), query) < 100 * 60


def test_a_tower_of_shared_values_is_not_searched_path_by_path() -> None:
    height, count = 8, 10
    query = "{" + "".join(f"v{n}{{" for n in range(height + 1)) + all_fields(count) + "}" * (height + 2)
    assert states(tower(count, height), query) < 5_000
    assert [fetch.stage for fetch in a_plan(tower(count, height), query).fetches] == [1] * count


def test_a_chain_of_keys_is_followed_to_its_end() -> None:
    made = a_plan(chain(9), "{ t { last } }")
    assert [(fetch.graph, fetch.stage) for fetch in made.fetches] == [(f"G{n}", n + 1) for n in range(9)]


@pytest.mark.parametrize("tables", [chain(30), composite(12, 3)], ids=["30 in a row", "keys of two parts"])
def test_what_is_reached_by_many_nested_keys_is_found(tables: Supergraph) -> None:
    assert states(tables, "{ t { last } }") < 40_000
    made = a_plan(tables, "{ t { last } }")
    assert [(fetch.graph, fetch.stage) for fetch in made.fetches] == [
        (graph, at + 1) for at, graph in enumerate(tables.graphs)
    ]


def test_keys_that_only_lead_in_circles_are_no_way_however_many_there_are() -> None:
    ring = range(1, 30)
    following = {n: n % 29 + 1 for n in ring}
    keys = " ".join(f'@type(graph: G{n}, key: "k{n}") @type(graph: G{n}, key: "k{following[n]}")' for n in ring)
    fields = " ".join(f"k{following[n]}: ID @field(graph: G{n}) @field(graph: G{following[n]})" for n in ring)
    body = f"type T @type(graph: G0) {keys} {{ {fields} here: Int @field(graph: G0) last: Int @field(graph: G29) }}"
    tables = a_supergraph(names(30), f"type Query {everywhere(30)} {{ t: T @field(graph: G0) }} {body}")
    with pytest.raises(PlanningFailed) as failed:
        a_plan(tables, "{ t { last } }")
    assert failed.value.code == "QUERY_PLANNING_FAILED"


def test_a_search_that_would_take_too_long_is_given_up_with_the_field_that_it_was_for() -> None:
    with pytest.raises(PlanningFailed) as failed:
        a_plan(chain(9), "{ t { last } }", options=PlanOptions(limits=Limits(states_per_leaf=100)))
    assert failed.value.code == "QUERY_PLANNING_LIMIT"
    assert failed.value.path[0] == "t"


def test_what_cannot_be_reached_is_found_out_without_trying_every_order() -> None:
    count = 14
    keys = " ".join(f'@type(graph: G{n}, key: "a{n} b{(n + 1) % count}")' for n in range(count))
    fields = " ".join(
        f"a{n}: ID! @field(graph: G{(n + 2) % count}) b{n}: ID! @field(graph: G{(n + 3) % count}) "
        f"f{n}: Int @field(graph: G{n})"
        for n in range(count)
    )
    tables = a_supergraph(
        names(count), f"type Query {everywhere(count)} {{ t: T @field(graph: G0) }} type T {keys} {{ {fields} }}"
    )
    with pytest.raises(PlanningFailed) as failed:
        a_plan(tables, f"{{ t {{ {all_fields(count)} }} }}")
    assert failed.value.code == "QUERY_PLANNING_FAILED"


def test_an_interface_with_many_types_is_asked_through_the_interface() -> None:
    types = "".join(
        f"type A{n} implements I "
        + " ".join(f'@implements(graph: {graph}, interface: "I")' for graph in names(3))
        + f" {everywhere(3, 'id')} {{ id: ID! x: Int @field(graph: G1) y: Int @field(graph: G2) }}\n"
        for n in range(70)
    )
    interface = f"interface I {everywhere(3)} {{ id: ID! x: Int @field(graph: G1) y: Int @field(graph: G2) }}"
    tables = a_supergraph(names(3), f"type Query {everywhere(3)} {{ all: [I] @field(graph: G0) }} {interface} {types}")
    made = a_plan(tables, "{ all { id x y } }")
    assert [fetch.query for fetch in made.fetches] == [
        "{all{id __typename}}",
        "query($representations:[_Any!]!){_entities(representations:$representations){...on I{x}}}",
        "query($representations:[_Any!]!){_entities(representations:$representations){...on I{y}}}",
    ]


def test_fragments_that_multiply_are_given_up() -> None:
    fragments = " ".join(f"fragment F{n} on Query {{ ...F{n + 1} ...F{n + 1} }}" for n in range(30))
    with pytest.raises(PlanningFailed) as failed:
        a_plan(dense(1), f"{{ ...F0 }} {fragments} fragment F30 on Query {{ t {{ id }} }}")
    assert failed.value.code == "OPERATION_TOO_LARGE"


def test_an_operation_that_is_too_deep_is_given_up() -> None:
    depth = 150
    with pytest.raises(PlanningFailed) as failed:
        a_plan(dense(1), "{ t " + "{ next0 " * depth + "{ id }" + "}" * (depth + 1))
    assert failed.value.code == "OPERATION_TOO_LARGE"
