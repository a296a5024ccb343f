"""Variables are coerced as graphql-core coerces them."""

from typing import Any

import pytest
from graphql import GraphQLError, build_schema, parse
from graphql.execution.values import get_variable_values
from hypothesis import given
from hypothesis import strategies as st
from milkrun_graph.executor.operations import read_operations
from milkrun_graph.executor.options import Options
from milkrun_graph.executor.variables import VariablesInvalid

SCHEMA = build_schema("""
scalar Anything
enum Color { RED BLUE }
input Point { x: Int! y: Int = 3 color: Color tags: [String!] next: Point }
input Choice @oneOf { a: Int b: String }
type Query {
  f(i: Int, fl: Float, s: String, b: Boolean, id: ID, c: Color, p: Point, ch: Choice, l: [[Int!]], any: Anything): Int
}
""")
KINDS = {
    "i": "Int", "fl": "Float", "s": "String", "b": "Boolean", "id": "ID", "c": "Color", "p": "Point", "ch": "Choice",
    "l": "[[Int!]]", "any": "Anything",
}  # fmt: skip
LEAVES = st.one_of(
    st.none(), st.booleans(), st.integers(-(2**33), 2**33), st.floats(allow_nan=False, allow_infinity=False),
    st.sampled_from(["RED", "GREEN", "1"]),
)  # fmt: skip
VALUES = st.recursive(
    LEAVES,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["x", "y", "color", "tags", "next", "a", "b", "no"]), inner, max_size=3)
    ),
    max_leaves=6,
)


@given(
    st.sampled_from(sorted(KINDS)), st.sampled_from(["", "!"]), VALUES | st.fixed_dictionaries({"x": st.integers(0, 9)})
)
def test_values_are_accepted_and_changed_alike(name: str, bang: str, value: Any) -> None:
    text = f"query ($v: {KINDS[name]}{bang}) {{ f({name}: $v) }}"
    operation = read_operations(text, SCHEMA, Options())[None]
    definitions = parse(text).definitions[0].variable_definitions  # type: ignore[attr-defined]  # an operation
    expected = get_variable_values(SCHEMA, definitions, {"v": value})
    if isinstance(expected, list):
        assert all(isinstance(error, GraphQLError) for error in expected)
        with pytest.raises(VariablesInvalid):
            operation.variables.coerce({"v": value})
    else:
        coerced: Any = getattr(expected, "coerced", expected)
        assert operation.variables.coerce({"v": value}) == coerced


def test_a_whole_number_is_an_id_however_it_is_written() -> None:
    variables = read_operations("query ($v: ID) { f(id: $v) }", SCHEMA, Options())[None].variables
    assert [variables.coerce({"v": value}) for value in (7, 7.0, -0.0)] == [{"v": "7"}, {"v": "7"}, {"v": "0"}]
    with pytest.raises(VariablesInvalid, match="must be an ID"):
        variables.coerce({"v": 7.5})


def test_a_default_is_used_where_nothing_was_sent() -> None:
    text = "query ($p: Point = {x: 1}, $i: Int = 2, $s: String) { f(p: $p, i: $i, s: $s) }"
    variables = read_operations(text, SCHEMA, Options())[None].variables
    assert variables.coerce({}) == {"p": {"x": 1, "y": 3}, "i": 2}
    assert variables.coerce({"i": None}) == {"p": {"x": 1, "y": 3}, "i": None}
