"""Operations without fragments, conditions and duplicates."""

from typing import Any

import pytest
from graphql import parse
from milkrun_graph.errors import RequestRefused
from milkrun_graph.planner import PlanOptions
from milkrun_graph.planner.normalize import normalize
from milkrun_graph.planner.operation import Item, Operation

from tests.support.supergraphs import a_plan, a_supergraph

TABLES = a_supergraph(
    "A",
    """type Query @type(graph: A) { a(n: Int): Int b: Int n: N }
    interface N @type(graph: A) { id: ID! meta: M }
    type P implements N @implements(graph: A, interface: "N") @type(graph: A) { id: ID! meta: M p: Int }
    type Q implements N @implements(graph: A, interface: "N") @type(graph: A) { id: ID! meta: M q: Int }
    type M @type(graph: A) { x: Int y: Int }""",
)
OBJECTS = frozenset({"P", "Q"})


def normal(query: str, name: str | None = None, **variables: Any) -> Operation:
    return normalize(TABLES, parse(query), name, variables, PlanOptions())


def shown(items: tuple[Item, ...]) -> list[Any]:
    return [(item.key, sorted(item.types), shown(item.items)) if item.items else item.key for item in items]


def test_conditions_are_decided_by_their_variables() -> None:
    query = "query ($on: Boolean!) { a @include(if: $on) b @skip(if: $on) }"
    assert shown(normal(query, on=True).items) == ["a"]
    assert shown(normal(query, on=False).items) == ["b"]


def test_a_default_decides_where_no_value_is_given() -> None:
    assert shown(normal("query ($on: Boolean = false) { a @include(if: $on) b }").items) == ["b"]


@pytest.mark.parametrize("value", [None, "yes", 1])
def test_a_condition_that_is_no_boolean_is_refused(value: object) -> None:
    with pytest.raises(RequestRefused):
        normal("query ($on: Boolean) { a @include(if: $on) }", on=value)


def test_both_conditions_of_a_field_must_hold() -> None:
    assert shown(normal("{ a @include(if: true) @skip(if: true) b @include(if: true) @skip(if: false) }").items) == [
        "b"
    ]


def test_equal_fields_merge_and_fragments_disappear() -> None:
    operation = normal("{ n { id } ...F } fragment F on Query { n { ... on N { id meta { x } } } }")
    assert shown(operation.items) == [("n", ["Query"], ["id", ("meta", ["P", "Q"], ["x"])])]


def test_selections_under_different_conditions_stay_apart() -> None:
    operation = normal("{ n { ... on P { meta { x } } ... on Q { meta { y } } } }")
    assert shown(operation.items[0].items) == [("meta", ["P"], ["x"]), ("meta", ["Q"], ["y"]), "__typename"]


def test_equal_leaves_under_different_conditions_are_one() -> None:
    leaf = normal("{ n { ... on P { id } ... on Q { id } } }").items[0].items[0]
    assert (leaf.key, leaf.types) == ("id", OBJECTS)


def test_a_fragment_that_never_fits_leaves_something_to_ask() -> None:
    items = normal("{ n { ... on P { ... on Q { q } } } }").items[0].items
    assert [(item.name, item.internal) for item in items] == [("__typename", True)]


@pytest.mark.parametrize("name", [None, "C"])
def test_the_operation_must_be_named_where_there_are_several(name: str | None) -> None:
    with pytest.raises(RequestRefused):
        normal("query A { a } query B { b }", name)
    assert shown(normal("query A { a } query B { b }", "B").items) == ["b"]


def test_a_subscription_is_refused() -> None:
    with pytest.raises(RequestRefused, match="a subscription cannot be planned"):
        normal("subscription { a }")


def test_variables_of_fragments_are_declared_where_they_are_used() -> None:
    query = "query ($n: Int = 3, $unused: Int) { ...F } fragment F on Query { a(n: $n) }"
    fetch = a_plan(TABLES, query).fetches[0]
    assert fetch.query == "query($n:Int = 3){a(n:$n)}"
    assert fetch.variables == ("n",)


def test_only_the_schema_is_asked_for_the_schema() -> None:
    made = a_plan(TABLES, "{ __typename __schema { queryType { name } } }")
    assert made.fetches == ()
    assert made.introspection is not None
    assert [(field.key, field.typename, field.introspection) for field in made.projection.fields] == [
        ("__typename", True, False), ("__schema", False, True),
    ]  # fmt: skip
