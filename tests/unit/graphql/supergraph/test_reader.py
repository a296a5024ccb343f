"""Reading supergraphs: which subgraph has what."""

import pickle

import pytest
from milkrun_graph.errors import SupergraphInvalid
from milkrun_graph.supergraph import read_supergraph
from milkrun_graph.supergraph.tables import Authorization, ListSize, TypeRef

from tests.support.federation import AuditSuite
from tests.support.supergraphs import a_plan, a_supergraph, supergraph_sdl

QUERY = "type Query @type(graph: A) @type(graph: B)"


def test_a_field_without_a_directive_is_wherever_its_type_is() -> None:
    tables = a_supergraph("AB", QUERY + "{ both: Int one: Int @field(graph: A) none: Int @join__field }")
    assert set(tables.subtypes["Query"]["A"].fields) == {"both", "one"}
    assert set(tables.subtypes["Query"]["B"].fields) == {"both"}


def test_a_subgraph_may_have_a_field_of_another_type() -> None:
    tables = a_supergraph("AB", QUERY + '{ id: ID @field(graph: A, type: "[ID!]!") @field(graph: B) }')
    assert tables.subtypes["Query"]["A"].fields["id"].type == TypeRef("ID", "![!")
    assert tables.subtypes["Query"]["B"].fields["id"].type == TypeRef("ID")


def test_possible_types_are_known_per_subgraph() -> None:
    tables = a_supergraph(
        "AB",
        QUERY
        + """{ u: U }
        union U @type(graph: A) @type(graph: B) @unionMember(graph: A, member: "P") @unionMember(graph: B, member: "P")
          @unionMember(graph: B, member: "Q") = P | Q
        type P @type(graph: A) @type(graph: B) { x: Int } type Q @type(graph: B) { x: Int }""",
    )
    assert tables.possible("U") == {"P", "Q"}
    assert [tables.subtypes["U"][graph].possible for graph in "AB"] == [{"P"}, {"P", "Q"}]


def test_conditions_in_field_sets_become_types() -> None:
    tables = a_supergraph(
        "A",
        """type Query @type(graph: A) { n: N @field(graph: A, provides: "id ... on P { x(a: 1, b: 2) { y } }") }
        interface N @type(graph: A) { id: ID }
        type P implements N @implements(graph: A, interface: "N") @type(graph: A) {
          id: ID x(a: Int, b: Int): P y: Int }""",
    )
    first, second = tables.subtypes["Query"]["A"].fields["n"].provides
    assert (first.name, first.types) == ("id", None)
    assert (second.types, second.arguments) == (frozenset({"P"}), (("a", "1"), ("b", "2")))
    assert second.fields[0].name == "y"


def test_renamed_specifications_are_followed() -> None:
    sdl = (
        'schema @link(url: "https://specs.apollo.dev/link/v1.0") @link(url: "https://specs.apollo.dev/join/v0.3", '
        'as: "j", for: EXECUTION) @link(url: "https://specs.apollo.dev/inaccessible/v0.2", import: '
        '[{ name: "@inaccessible", as: "@hidden" }]) { query: Q }\n'
        'enum j__Graph { A @j__graph(name: "a", url: "http://a") }\n'
        "type Q @j__type(graph: A) { seen: Int hidden: Int @hidden }"
    )
    tables = read_supergraph(sdl)
    assert tables.roots["query"] == "Q"
    assert [tables.types["Q"].fields[name].inaccessible for name in ("seen", "hidden")] == [False, True]
    assert tables.graphs["A"].url == "http://a"


def test_costs_and_claims_are_read() -> None:
    body = """type Query @type(graph: A) {
      list(first: Int): [T] @cost(weight: 5) @listSize(assumedSize: 10, slicingArguments: ["first"])
      secret: Int @requiresScopes(scopes: [["a", "b"], ["c"]]) } type T @type(graph: A) @authenticated { x: Int }"""
    sdl = supergraph_sdl("A", body, links=("requiresScopes/v0.1", "authenticated/v0.1"))
    sdl = sdl.replace(
        "{ query", '@link(url: "https://specs.apollo.dev/cost/v0.1", import: ["@cost", "@listSize"]) { query'
    )
    tables = read_supergraph(sdl)
    fields = tables.types["Query"].fields
    assert (fields["list"].cost, fields["list"].list_size) == (5, ListSize(10, ("first",)))
    assert fields["secret"].authorization == Authorization(scopes=(("a", "b"), ("c",)))
    assert tables.types["T"].authorization == Authorization(authenticated=True)


@pytest.mark.parametrize(
    "sdl",
    [
        "type Query {",
        "type Query { a: Int }",
        supergraph_sdl("A", "type Query @type(graph: A) { a: Int }", join="v9.0"),
        supergraph_sdl("A", "type Query @type(graph: NOWHERE) { a: Int }"),
        supergraph_sdl("A", 'type Query @type(graph: A, key: "{{") { a: Int }'),
        supergraph_sdl("A", 'type Query @type(graph: A) { a: Int @field(graph: A, type: "[") }'),
        supergraph_sdl("A", "type Other @type(graph: A) { a: Int }").replace("{ query: Query }", ""),
        supergraph_sdl("A", "type Query { a: Int }").replace(
            "{ query", '@link(url: "https://example.com/unheard/v1.0", for: SECURITY) { query'
        ),
    ],
)
def test_what_cannot_be_served_is_refused(sdl: str) -> None:
    with pytest.raises(SupergraphInvalid):
        read_supergraph(sdl)


def test_federation_1_supergraphs_have_owners() -> None:
    sdl = """schema @core(feature: "https://specs.apollo.dev/core/v0.2")
      @core(feature: "https://specs.apollo.dev/join/v0.1", for: EXECUTION) { query: Query }
    enum join__Graph { A @join__graph(name: "a", url: "") B @join__graph(name: "b", url: "") }
    type Query { me: User @join__field(graph: A) }
    type User @join__owner(graph: A) @join__type(graph: A, key: "id") @join__type(graph: B, key: "id") {
      id: ID! @join__field(graph: A) name: String reviews: [Review] @join__field(graph: B) }
    type Review { body: String author: User @join__field(graph: B, provides: "name") }"""
    made = a_plan(read_supergraph(sdl), "{ me { name reviews { body } } }")
    assert [(fetch.graph, fetch.query) for fetch in made.fetches] == [
        ("A", "{me{name id}}"),
        ("B", "query($representations:[_Any!]!){_entities(representations:$representations)"
              "{...on User{reviews{body}}}}"),
    ]  # fmt: skip


@pytest.mark.parametrize("suite", AuditSuite.names())
def test_tables_are_small_and_survive_a_pickle(suite: str) -> None:
    sdl = AuditSuite.load(suite).supergraph
    tables = read_supergraph(sdl)
    pickled = pickle.dumps(tables)
    assert pickle.loads(pickled) == tables  # noqa: S301 - our own
    assert len(pickled) < 3 * len(sdl)
