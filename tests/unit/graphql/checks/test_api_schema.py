"""The API schema of a supergraph: nothing of the machinery, nothing that is inaccessible."""

from pathlib import Path

import pytest
from graphql import print_schema
from milkrun_graph.checks import SchemaUnreadable, api_schema, difference
from milkrun_graph.errors import SupergraphInvalid

SUITES = sorted(Path("tests/data/federation-audit").glob("*/supergraph.graphql"))
LINKS = """schema @link(url: "https://specs.apollo.dev/link/v1.0") @link(url: "https://specs.apollo.dev/join/v0.3")
@link(url: "https://specs.apollo.dev/inaccessible/v0.2", import: [{name: "@inaccessible", as: "@hidden"}])
@link(url: "https://specs.apollo.dev/tag/v0.3", as: "label") { query: Query }
directive @hidden on FIELD_DEFINITION | OBJECT | ARGUMENT_DEFINITION | ENUM_VALUE | INPUT_FIELD_DEFINITION
directive @label(name: String!) repeatable on FIELD_DEFINITION
directive @own on FIELD
directive @link(url: String, as: String, import: [link__Import]) repeatable on SCHEMA
scalar link__Import
scalar join__FieldSet
"""


@pytest.mark.parametrize("path", SUITES, ids=[path.parent.name for path in SUITES])
def test_a_supergraph_shows_nothing_of_its_machinery(path: Path) -> None:
    schema = api_schema(path.read_text(encoding="utf-8"))

    assert "__" not in print_schema(schema)
    assert "@inaccessible" not in print_schema(schema)
    assert not difference(schema, api_schema(print_schema(schema)))


def test_renamed_features_are_stripped_and_own_directives_stay() -> None:
    sdl = (
        LINKS
        + """type Query { a(x: Int @hidden): Int @label(name: "b") b: Secret c: E @hidden
      d(i: I): E @deprecated }
    type Secret @hidden { a: Int }  enum E { A B @hidden }  input I { a: Int b: Int @hidden }"""
    )

    printed = print_schema(api_schema(sdl))

    assert "@own" in printed
    assert "@deprecated" in printed
    assert not [word for word in ("hidden", "label", "link", "join", "Secret", "B", "x:", "b:") if word in printed]


def test_what_becomes_inaccessible_is_removed_for_clients() -> None:
    sdl = LINKS + "type Query { a: Int b: Int }"

    (change,) = difference(api_schema(sdl), api_schema(sdl.replace("b: Int }", "b: Int @hidden }")))

    assert (change.code, change.coordinate) == ("FIELD_REMOVED", "Query.b")


def test_a_supergraph_and_its_api_schema_are_the_same_api() -> None:
    sdl = LINKS + "type Query { a: Int b: Int @hidden }"

    assert not difference(api_schema(sdl), api_schema("directive @own on FIELD type Query { a: Int }"))


@pytest.mark.parametrize("sdl", ["", "type Query {", "type Query { a: Nowhere }", "type A { a: Int }"])
def test_what_is_no_schema_is_refused(sdl: str) -> None:
    with pytest.raises(SchemaUnreadable):
        api_schema(sdl)


def test_a_subgraph_is_refused() -> None:
    with pytest.raises(SupergraphInvalid):
        api_schema('extend schema @link(url: "https://specs.apollo.dev/federation/v2.3") type Query { a: Int }')
