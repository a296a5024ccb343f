"""Which rules a walk over an operation cannot prove kept, and that graphql-core has the last word on those."""

from collections.abc import Sequence

import pytest
from graphql import build_schema, parse, validate
from milkrun_graph.checks.validity import RULES, Validator

SCHEMA = build_schema("""
type Query { book(id: ID!, lang: Lang = EN): Book search(f: Filter, n: Int! = 10, ids: [[Int!]]): [Hit!]! node: Node }
enum Lang { EN DE }
input Filter { text: String! genre: Int! = 1 inner: Filter one: One }
input One @oneOf { a: Int b: Int }
interface Node { id: ID! }
type Book implements Node { id: ID! title: String! pages: Int author(of: Int): Author }
type Film { title: String pages: Int }
type Author implements Node { id: ID! name: String author: Author }
union Hit = Book | Author | Film
directive @log(level: Int! = 1) on FIELD
""")


def doubted(query: str) -> set[str]:
    """The names of the doubted rules; checks that they find what all rules find."""
    document, validator = parse(query, no_location=True), Validator(SCHEMA)
    assert validator.errors(document) == validate(SCHEMA, document, RULES)
    return {rule.__name__.removesuffix("Rule") for rule in validator.doubts(document)}


PROVED = [
    "{ __typename __schema { types { name } } __type(name: \"A\") { kind } book(id: 1) { title } }",
    "{ a: book(id: 1) { id } b: book(id: 2) { title } }",
    "{ book(id: 1) { id ...B ... on Node { id } } } fragment B on Book { id title ...C } fragment C on Book { id }",
    "{ book(id: 1) { author(of: 1) { id } ...B } } fragment B on Book { author(of: 1) { id name } }",
    "{ node { ... on Book { pages } ... on Author { name } } }",
    "{ search { ... on Book { pages } ... on Film { pages } __typename } }",
    "query ($n: Int, $m: Int!, $f: Filter) { a: search(n: $n) { __typename } b: search(n: $m, f: $f) { __typename } }",
    "query ($x: Int!, $y: [Int!]) { search(ids: [[1, $x], $y], f: {text: \"\", genre: $x}) { __typename } }",
    "query ($l: Lang! = DE, $if: Boolean!) { book(id: 1, lang: $l) @include(if: $if) @log { id @log(level: 2) } }",
    "{ book(id: 1) { author { ...A } } } fragment A on Author { author { ...A } }",
]  # fmt: skip


@pytest.mark.parametrize("query", PROVED)
def test_a_right_operation_is_proved_right(query: str) -> None:
    assert doubted(query) == set()


ONE: Sequence[tuple[str, str]] = [
    ("FieldsOnCorrectType", "{ book(id: 1) { nope { x ...on Book { id } } } }"),
    ("KnownArgumentNames", "{ node { ... on Book { author(nope: {x: 1}) { id } } } }"),
    ("ProvidedRequiredArguments", "{ book { id } }"),
    ("ScalarLeafs", "{ book(id: 1) }"),
    ("PossibleFragmentSpreads", "{ book(id: 1) { ... on Film { title } } }"),
    ("KnownDirectives", "query @log { node { id } }"),
    ("UniqueDirectivesPerLocation", "{ node @log @log { id } }"),
    ("ValuesOfCorrectType", "{ search(n: null) { __typename } }"),
    ("ValuesOfCorrectType", "query ($l: Lang = FR) { book(id: 1, lang: $l) { id } }"),
    ("VariablesInAllowedPosition", "query ($n: String) { search(n: $n) { __typename } }"),
    ("VariablesInAllowedPosition", "query ($n: Int) { book(id: 1) { author(of: 1) @log(level: $n) { id } } "
     "search(ids: [[$n]]) { __typename } }"),
    ("VariablesInAllowedPosition", "query ($a: Int) { search(f: {text: \"\", one: {a: $a}}) { __typename } }"),
    ("OverlappingFieldsCanBeMerged", "{ a: book(id: 1) { id } a: book(id: 2) { id } }"),
    ("OverlappingFieldsCanBeMerged", "{ search { ... on Book { title } ... on Film { title } } }"),
    ("OverlappingFieldsCanBeMerged",
     "{ book(id: 1) { author { x: id } ...B } } fragment B on Book { author { x: name } }"),
]  # fmt: skip


@pytest.mark.parametrize(("rule", "query"), ONE)
def test_a_wrong_operation_raises_doubts_about_the_rule_that_it_breaks(rule: str, query: str) -> None:
    assert doubted(query) == {rule}


@pytest.mark.parametrize("value", ["{}", "[]", '{text: "", inner: {}}', '{text: "", one: {a: 1, b: 2}}'])
def test_a_wrong_value_with_values_inside_raises_doubts_about_variables_too(value: str) -> None:
    query = f"{{ search(f: {value}) {{ __typename }} }}"

    assert doubted(query) == {"ValuesOfCorrectType", "VariablesInAllowedPosition"}


@pytest.mark.parametrize(
    "query",
    ["query A { node { id } } query B { node { id } }", "mutation { a }", "{ node { ...Nowhere } }",
     "{ node { ... on Lang { x } } }", "query ($x: Nope) { node { id } }", "{ node @nope { id } }",
     "{ node { id } } fragment F on Book { id } fragment F on Film { title }", "{ a } type T { a: Int }"],
)  # fmt: skip
def test_where_the_walk_loses_its_way_every_rule_is_doubted(query: str) -> None:
    assert len(doubted(query)) == len(RULES)


def test_a_document_with_very_many_overlaps_is_left_to_graphql_core() -> None:
    spreads = " ".join(f"a: node {{ ...F{number} }}" for number in range(120))
    fields = " ".join(f"x{number}: id" for number in range(100))
    fragments = " ".join(f"fragment F{number} on Node {{ {fields} }}" for number in range(120))

    assert doubted(f"{{ {spreads} }} {fragments}") == {"OverlappingFieldsCanBeMerged"}
