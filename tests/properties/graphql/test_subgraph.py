"""Breadth first, batched or not, the answer is graphql-core's: over random data, with nulls and errors anywhere."""

from typing import Any

from graphql import GraphQLResolveInfo, execute_sync, parse
from hypothesis import given, settings
from hypothesis import strategies as st
from milkrun_graph.subgraph import Subgraph, batched

SDL = """
type Query { node: Node must: Node! nodes: [Node!] deep: [[Node]!] any: [Any] leaf: [Int!] }
interface Named { name: String }
type Node implements Named {
  id: ID! name: String size: Int! kind: Kind child: Node children: [Node] must: [Node!]! any: Any
}
type Other implements Named { name: String heavy: Boolean! weight: Float }
union Any = Node | Other
enum Kind { A B }
"""
OBJECTS = {
    "Node": {"id": "ID", "name": "", "size": "", "kind": "", "child": "Node", "children": "Node", "must": "Node",
             "any": "Any"},
    "Other": {"name": "", "heavy": "", "weight": ""},
    "Query": {"node": "Node", "must": "Node", "nodes": "Node", "deep": "Node", "any": "Any", "leaf": ""},
}  # fmt: skip
KINDS = {"id": "ID", "name": "String", "size": "Int", "kind": "Kind", "heavy": "Boolean", "weight": "Float"}


class Broken(Exception):
    """What a resolver raises."""


broken = st.sampled_from([None, None, Broken("no")])
leaves = {
    "id": st.text(min_size=1, max_size=3) | broken,
    "name": st.text(max_size=3) | st.integers() | broken,
    "size": st.integers(-(2**32), 2**32) | broken,
    "kind": st.sampled_from(["A", "B", "C"]) | broken,
    "heavy": st.booleans() | broken,
    "weight": st.floats() | broken,
    "leaf": st.lists(st.integers(0, 9) | broken, max_size=3) | st.just("no list"),
}


def objects(depth: int) -> st.SearchStrategy[Any]:
    if depth == 0:
        return broken
    node = st.fixed_dictionaries(
        {"__typename": st.just("Node"), **{name: leaves[name] for name in ("id", "name", "size", "kind")}},
        optional={
            "child": objects(depth - 1),
            **{name: st.lists(objects(depth - 1), max_size=2) | broken for name in ("children", "must")},
            "any": objects(depth - 1) | others,
        },
    )
    return node | broken


others = st.fixed_dictionaries(
    {"__typename": st.just("Other"), **{name: leaves[name] for name in ("name", "heavy", "weight")}}
)
roots = st.fixed_dictionaries(
    {
        "node": objects(2),
        "must": objects(2),
        "nodes": st.lists(objects(2), max_size=3) | broken,
        "deep": st.lists(st.lists(objects(1), max_size=2) | broken, max_size=2),
        "any": st.lists(objects(1) | others, max_size=3),
        "leaf": leaves["leaf"],
    }
)


@st.composite
def selections(draw: st.DrawFn, kind: str, depth: int) -> str:
    """A selection set, with fragments and the same field more than once."""
    if kind == "Any":
        return (
            f"{{ __typename ... on Node {draw(selections('Node', depth))} ... on Other {draw(selections('Other', 0))} "
            "... on Named { name } }"
        )
    parts = ["__typename"]
    for name in draw(st.lists(st.sampled_from(sorted(OBJECTS[kind])), min_size=1, max_size=5)):
        below = OBJECTS[kind][name]
        if below in ("Node", "Any"):
            if depth > 0:
                parts.append(f"{name} {draw(selections(below, depth - 1))}")
        else:
            parts.append(draw(st.sampled_from([name, f"x{name}: {name}", f"... {{ {name} }}"])))
    return "{ " + " ".join(parts) + " }"


def resolve(source: Any, info: GraphQLResolveInfo[Any], **_: Any) -> Any:
    value = (source or {}).get(info.field_name)
    if isinstance(value, Exception):
        raise value
    return value


def told(errors: Any) -> set[tuple[Any, ...]]:
    return {tuple(error["path"]) for error in errors or ()}


def all_fields(wrap: Any) -> dict[str, dict[str, Any]]:
    return {kind: {name: wrap(kind, name) for name in fields} for kind, fields in OBJECTS.items()}


def answered(root: Any, query: str, batch: bool) -> dict[str, Any]:
    def one(_kind: str, name: str) -> Any:
        def field(parent: Any, _context: Any) -> Any:
            value = (root if parent is None else parent).get(name)
            if isinstance(value, Exception):
                raise value
            return value

        @batched
        def field_of_all(parents: Any, _context: Any) -> Any:
            return [(root if parent is None else parent).get(name) for parent in parents]

        return field_of_all if batch else field

    return Subgraph(SDL, all_fields(one), told=(Broken,), log=lambda *_: None).execute(query)


@settings(max_examples=150, deadline=None)
@given(root=roots, query=selections("Query", 3), batch=st.booleans())
def test_the_answer_is_that_of_the_reference_implementation(root: Any, query: str, batch: bool) -> None:
    answer = answered(root, query, batch)
    schema = Subgraph(SDL).executable.schema
    expected = execute_sync(
        schema, parse(query), root, field_resolver=resolve, type_resolver=lambda value, *_: value["__typename"]
    )
    assert repr(answer["data"]) == repr(expected.data), "and in the same order"
    # Where a null spreads, siblings that failed too may or may not be reported: that is open in the specification.
    reported = told(error.formatted for error in expected.errors or ())
    assert reported <= told(answer.get("errors"))
    assert bool(reported) == bool(answer.get("errors"))
