"""What federation's directives do to plans, one at a time; the audit has them in combination."""

import pytest
from milkrun_graph.errors import PlanningFailed
from milkrun_graph.planner import PlanOptions
from milkrun_graph.planner.plan import OperationKind, Projection
from milkrun_graph.supergraph.tables import Authorization

from tests.support.supergraphs import a_plan, a_supergraph, asked

QUERY = "type Query @type(graph: A) @type(graph: B)"
ENTITIES = "query($representations:[_Any!]!){_entities(representations:$representations)"


def test_a_field_of_another_subgraph_is_fetched_by_the_key() -> None:
    tables = a_supergraph(
        "AB",
        QUERY
        + """{ users: [User!] @field(graph: A) }
        type User @type(graph: A, key: "id") @type(graph: B, key: "id") { id: ID! name: String @field(graph: B) }""",
    )
    made = a_plan(tables, "{ users { name } }")
    assert asked(made) == [("A", 1, "{users{id}}"), ("B", 2, ENTITIES + "{...on User{name}}}")]
    entry = made.fetches[1].entries[0]
    assert [(segment.key, segment.lists) for segment in entry.path] == [("users", 1)]
    assert (entry.representation.typename, entry.representation.keys[0].source) == ("User", "id")
    assert made.fetches[1].needs == (0,)


def test_a_clients_alias_does_not_stand_in_for_a_key() -> None:
    tables = a_supergraph(
        "AB",
        QUERY
        + """{ user: User @field(graph: A) }
        type User @type(graph: A, key: "id") @type(graph: B, key: "id") {
          id: ID! legacy: ID @field(graph: A) name: String @field(graph: B) }""",
    )
    made = a_plan(tables, "{ user { id: legacy name } }")
    assert made.fetches[0].query == "{user{id:legacy _m0:id}}"
    assert made.fetches[1].entries[0].representation.keys[0].source == "_m0"


def test_reserved_aliases_give_way_to_a_client_who_uses_them() -> None:
    tables = a_supergraph(
        "AB",
        QUERY
        + """{ user: User @field(graph: A) }
        type User @type(graph: A, key: "id") @type(graph: B, key: "id") {
          id: ID! legacy: ID @field(graph: A) name: String @field(graph: B) }""",
    )
    made = a_plan(tables, "{ user { id: legacy _m0: legacy name } }")
    assert "__m0:id" in made.fetches[0].query


def test_requirements_with_other_arguments_are_other_values() -> None:
    tables = a_supergraph(
        "AB",
        QUERY
        + """{ p: P @field(graph: B) }
        type P @type(graph: A, key: "id") @type(graph: B, key: "id") { id: ID!
          price(in: String): Int @field(graph: A, external: true) @field(graph: B)
          cheap: Boolean @field(graph: A, requires: "price(in: \\"USD\\")") }""",
    )
    made = a_plan(tables, '{ p { price(in: "EUR") cheap } }')
    assert made.fetches[0].query in {
        '{p{_m0:price(in:"USD") id price(in:"EUR")}}', '{p{price(in:"EUR") id _m0:price(in:"USD")}}',
        '{p{id _m0:price(in:"USD") price(in:"EUR")}}',
    }  # fmt: skip
    required = made.fetches[1].entries[0].representation.requires[0]
    assert (required.name, required.source) == ("price", "_m0")


def test_entities_for_one_subgraph_at_one_stage_travel_together() -> None:
    tables = a_supergraph(
        "AB",
        QUERY
        + """{ one: User @field(graph: A) two: User @field(graph: A) }
        type User @type(graph: A, key: "id") @type(graph: B, key: "id") { id: ID! name: String @field(graph: B) }""",
    )
    made = a_plan(tables, "{ one { name } two { name } }")
    assert asked(made)[1] == ("B", 2, ENTITIES + "{...on User{name}}}")
    assert [entry.path[0].key for entry in made.fetches[1].entries] == ["one", "two"]


def test_entities_that_are_asked_different_things_are_lists_of_their_own() -> None:
    tables = a_supergraph(
        "AB",
        QUERY
        + """{ one: User @field(graph: A) two: User @field(graph: A) }
        type User @type(graph: A, key: "id") @type(graph: B, key: "id") {
          id: ID! name: String @field(graph: B) age: Int @field(graph: B) }""",
    )
    made = a_plan(tables, "{ one { name } two { age } }")
    assert [entry.alias for entry in made.fetches[1].entries] == ["_e0", "_e1"]


def test_a_selection_that_conditions_left_empty_asks_for_no_more_than_a_key_below_it_does() -> None:
    tables = a_supergraph(
        "AB",
        QUERY
        + """{ p: P @field(graph: A) } type V @type(graph: A) @type(graph: B) { id: ID x: Int @field(graph: A) }
        type P @type(graph: A, key: "v { id }") @type(graph: B, key: "v { id }") { v: V b: Int @field(graph: B) }""",
    )
    assert a_plan(tables, "{ p { v { x @skip(if: true) } } }").fetches[0].query == "{p{v{__typename}}}"
    assert a_plan(tables, "{ p { v { x @skip(if: true) } b } }").fetches[0].query == "{p{v{id}}}"


def test_a_request_for_custom_scalars_says_so() -> None:
    tables = a_supergraph(
        "AB",
        QUERY
        + """{ p: P @field(graph: A) } scalar Big @type(graph: A) @type(graph: B)
        type P @type(graph: A, key: "id") @type(graph: B, key: "id") {
          id: Big a: Int @field(graph: A) b: Int @field(graph: B) }""",
    )
    assert [fetch.exact for fetch in a_plan(tables, "{ p { a } }").fetches] == [False]
    assert [fetch.exact for fetch in a_plan(tables, "{ p { b } }").fetches] == [True, False]


def test_provided_fields_are_taken_where_they_are_provided() -> None:
    tables = a_supergraph(
        "AB",
        QUERY
        + """{ best: P @field(graph: A, provides: "name") any: P @field(graph: A) }
        type P @type(graph: A, key: "id") @type(graph: B, key: "id") {
          id: ID! name: String @field(graph: A, external: true) @field(graph: B) }""",
    )
    assert asked(a_plan(tables, "{ best { name } }")) == [("A", 1, "{best{name}}")]
    assert len(a_plan(tables, "{ any { name } }").fetches) == 2


def test_a_key_that_is_not_resolvable_is_not_entered_with() -> None:
    tables = a_supergraph(
        "AB",
        QUERY
        + """{ p: P @field(graph: A) }
        type P @type(graph: A, key: "id") @type(graph: B, key: "id", resolvable: false) {
          id: ID! name: String @field(graph: B) }""",
    )
    with pytest.raises(PlanningFailed) as failed:
        a_plan(tables, "{ p { name } }")
    assert failed.value.path == ("p", "name")


def test_a_label_decides_which_subgraph_has_a_field() -> None:
    tables = a_supergraph(
        "AB",
        QUERY
        + """{ f: Int @field(graph: A, override: "b", overrideLabel: "percent(5)")
                        @field(graph: B, overrideLabel: "percent(5)") }""",
    )
    assert tables.labels == {"percent(5)"}
    assert a_plan(tables, "{ f }").fetches[0].graph == "B"
    on = PlanOptions(labels=frozenset({"percent(5)"}))
    assert a_plan(tables, "{ f }", options=on).fetches[0].graph == "A"


def test_mutations_wait_for_all_that_the_one_before_led_to() -> None:
    tables = a_supergraph(
        "AB",
        QUERY
        + """{ a: Int @field(graph: A) }
        type Mutation @type(graph: A) @type(graph: B) {
          x: P @field(graph: A) y: P @field(graph: A) z: Int @field(graph: B) }
        type P @type(graph: A, key: "id") @type(graph: B, key: "id") { id: ID! name: String @field(graph: B) }""",
    )
    made = a_plan(tables, "mutation { x { name } y { id } z }")
    assert [(fetch.graph, fetch.kind, fetch.stage) for fetch in made.fetches] == [
        ("A", OperationKind.MUTATION, 1),
        ("B", OperationKind.QUERY, 2),
        ("A", OperationKind.MUTATION, 3),
        ("B", OperationKind.MUTATION, 4),
    ]


def test_mutations_in_a_row_for_one_subgraph_are_one_request() -> None:
    tables = a_supergraph(
        "A", "type Query @type(graph: A) { a: Int } type Mutation @type(graph: A) { x(n: Int): Int y: Int }"
    )
    made = a_plan(tables, "mutation { one: x(n: 1) y two: x(n: 2) }")
    assert asked(made) == [("A", 1, "mutation{one:x(n:1) y two:x(n:2)}")]


def test_a_field_may_take_an_argument_from_above() -> None:
    tables = a_supergraph(
        "AB",
        """directive @context(name: String!) repeatable on OBJECT
        type Query @type(graph: A) @type(graph: B) { t: T @field(graph: A) }
        type T @type(graph: A, key: "id") @context(name: "A__c") { id: ID! u: U currency: String }
        type U @type(graph: A, key: "id") { id: ID! price: Int @field(graph: A, contextArguments: [
          { context: "A__c", name: "in", type: "String", selection: "{ currency }" }]) }""",
    )
    made = a_plan(tables, "{ t { u { price } } }")
    assert made.fetches[0].query == "{t{u{id} currency}}"
    assert "$_c_price_in:String" in made.fetches[1].query
    assert "price(in:$_c_price_in)" in made.fetches[1].query
    context = made.fetches[1].entries[0].contexts[0]
    assert (context.depth, context.choices[0].keys) == (1, ("currency",))


def test_types_that_clash_in_a_subgraph_get_a_key_each() -> None:
    tables = a_supergraph(
        "A",
        """type Query @type(graph: A) { u: U }
        union U @type(graph: A) @unionMember(graph: A, member: "P") @unionMember(graph: A, member: "Q") = P | Q
        type P @type(graph: A) { x: String! }
        type Q @type(graph: A) { x: String }""",
    )
    made = a_plan(tables, "{ u { ... on P { x } ... on Q { x } } }")
    assert made.fetches[0].query == "{u{__typename ...on P{x} ...on Q{_m0:x}}}"


def fields_of(projection: Projection, typename: str) -> list[str]:
    return [field.key for field in projection.fields if field.types is None or typename in field.types]


def test_every_type_has_its_fields_in_the_order_of_the_document() -> None:
    tables = a_supergraph(
        "A",
        """type Query @type(graph: A) { all: [I] }
        interface I @type(graph: A) { x: Int y: Int z: Int i: I }
        type P implements I @type(graph: A) @implements(graph: A, interface: "I") { x: Int y: Int z: Int i: I }
        type Q implements I @type(graph: A) @implements(graph: A, interface: "I") { x: Int y: Int z: Int i: I }""",
    )
    top = a_plan(tables, "{ all { ... on P { x y } ... on Q { y z x } z } }").projection.fields[0].projection
    assert top
    assert [fields_of(top, "P"), fields_of(top, "Q")] == [["x", "y", "z"], ["y", "z", "x"]]
    below = a_plan(tables, "{ all { i { x } ... on P { i { y } } i { z } } }").projection.fields[0].projection
    assert below
    parts = [(field.types, field.projection) for field in below.fields]
    orders = {types: fields_of(inner, "P") for types, inner in parts if inner}
    assert orders == {frozenset({"P"}): ["x", "y", "z"], frozenset({"Q"}): ["x", "z"]}


def test_what_a_request_may_not_see_is_not_fetched() -> None:
    tables = a_supergraph(
        "A",
        """directive @authenticated on OBJECT | FIELD_DEFINITION
        type Query @type(graph: A) { open: Int secret: Int @authenticated vault: Vault }
        type Vault @type(graph: A) @authenticated { gold: Int }""",
    )
    made = a_plan(tables, "{ open secret vault { gold } }", options=PlanOptions(allows=nobody))
    assert asked(made) == [("A", 1, "{open}")]
    assert [(field.key, field.unauthorized) for field in made.projection.fields] == [
        ("open", False), ("secret", True), ("vault", True),
    ]  # fmt: skip


def nobody(_: Authorization) -> bool:
    return False
