"""Every kind of change: what it is called, how bad it is, and where it is."""

import pytest
from milkrun_graph.checks import Severity, api_schema, difference
from milkrun_graph.checks.change import SEVERITIES

BASE = "type Query { a: Int }"
TYPE_M = f"{BASE} type M {{ a: Int }}"
WITH_1 = "type Query { a(x: Int = 1): Int }"
# code, coordinate, old, new: each pair differs in this one way.
TABLE = [
    ("TYPE_REMOVED", "Gone", f"{BASE} type Gone {{ a: Int }}", BASE),
    ("TYPE_ADDED", "New", BASE, f"{BASE} type New {{ a: Int }}"),
    ("TYPE_KIND_CHANGED", "A", f"{BASE} type A {{ a: Int }}", f"{BASE} interface A {{ a: Int }}"),
    ("FIELD_REMOVED", "Query.b", "type Query { a: Int b: Int }", BASE),
    ("FIELD_ADDED", "Query.b", BASE, "type Query { a: Int b: Int }"),
    ("FIELD_TYPE_CHANGED", "Query.a", "type Query { a: Int! }", BASE),
    ("FIELD_TYPE_CHANGED", "Query.a", BASE, "type Query { a: [Int] }"),
    ("FIELD_TYPE_CHANGED", "Query.a", "type Query { a: [Int!] }", "type Query { a: [Int] }"),
    ("FIELD_TYPE_NARROWED", "Query.a", "type Query { a: [Int] }", "type Query { a: [Int!]! }"),
    ("ARGUMENT_REMOVED", "Query.a(x:)", "type Query { a(x: Int): Int }", BASE),
    ("REQUIRED_ARGUMENT_ADDED", "Query.a(x:)", BASE, "type Query { a(x: Int!): Int }"),
    ("OPTIONAL_ARGUMENT_ADDED", "Query.a(x:)", BASE, "type Query { a(x: Int! = 1): Int }"),
    ("ARGUMENT_TYPE_CHANGED", "Query.a(x:)", "type Query { a(x: Int): Int }", "type Query { a(x: Int!): Int }"),
    ("ARGUMENT_TYPE_CHANGED", "Query.a(x:)", "type Query { a(x: [Int]): Int }", "type Query { a(x: Int): Int }"),
    ("ARGUMENT_TYPE_CHANGED", "Query.a(x:)", "type Query { a(x: Int): Int }", "type Query { a(x: Float): Int }"),
    ("ARGUMENT_TYPE_WIDENED", "Query.a(x:)", "type Query { a(x: [Int!]!): Int }", "type Query { a(x: [Int]): Int }"),
    ("ARGUMENT_MADE_REQUIRED", "Query.a(x:)", "type Query { a(x: Int! = 1): Int }", "type Query { a(x: Int!): Int }"),
    ("ARGUMENT_DEFAULT_CHANGED", "Query.a(x:)", WITH_1, WITH_1.replace("1", "2")),
    ("ARGUMENT_DEFAULT_CHANGED", "Query.a(x:)", WITH_1, "type Query { a(x: Int): Int }"),
    ("INPUT_FIELD_REMOVED", "I.b", f"{BASE} input I {{ a: Int b: Int }}", f"{BASE} input I {{ a: Int }}"),
    ("REQUIRED_INPUT_FIELD_ADDED", "I.b", f"{BASE} input I {{ a: Int }}", f"{BASE} input I {{ a: Int b: Int! }}"),
    ("OPTIONAL_INPUT_FIELD_ADDED", "I.b", f"{BASE} input I {{ a: Int }}", f"{BASE} input I {{ a: Int b: Int }}"),
    ("INPUT_FIELD_TYPE_CHANGED", "I.a", f"{BASE} input I {{ a: Int }}", f"{BASE} input I {{ a: Int! }}"),
    ("INPUT_FIELD_TYPE_WIDENED", "I.a", f"{BASE} input I {{ a: Int! }}", f"{BASE} input I {{ a: Int }}"),
    ("INPUT_FIELD_MADE_REQUIRED", "I.a", f"{BASE} input I {{ a: Int! = 1 }}", f"{BASE} input I {{ a: Int! }}"),
    ("INPUT_FIELD_DEFAULT_CHANGED", "I.a", f"{BASE} input I {{ a: Int }}", f"{BASE} input I {{ a: Int = 1 }}"),
    ("ONE_OF_ADDED", "I", f"{BASE} input I {{ a: Int }}", f"{BASE} input I @oneOf {{ a: Int }}"),
    ("ONE_OF_REMOVED", "I", f"{BASE} input I @oneOf {{ a: Int }}", f"{BASE} input I {{ a: Int }}"),
    ("ENUM_VALUE_REMOVED", "E.B", f"{BASE} enum E {{ A B }}", f"{BASE} enum E {{ A }}"),
    ("ENUM_VALUE_ADDED", "E.B", f"{BASE} enum E {{ A }}", f"{BASE} enum E {{ A B }}"),
    ("DEPRECATED", "E.A", f"{BASE} enum E {{ A }}", f"{BASE} enum E {{ A @deprecated }}"),
    ("DEPRECATED", "Query.a", BASE, "type Query { a: Int @deprecated }"),
    ("DEPRECATED", "Query.a(x:)", "type Query { a(x: Int): Int }", "type Query { a(x: Int @deprecated): Int }"),
    ("DEPRECATION_REMOVED", "Query.a", "type Query { a: Int @deprecated }", BASE),
    (
        "DEPRECATION_REASON_CHANGED", "Query.a", "type Query { a: Int @deprecated }",
        'type Query { a: Int @deprecated(reason: "b") }',
    ),
    ("DESCRIPTION_CHANGED", "Query", BASE, f'"all" {BASE}'),
    ("DESCRIPTION_CHANGED", "@d", f"{BASE} directive @d on FIELD", f'{BASE} "it" directive @d on FIELD'),
    ("ROOT_TYPE_REMOVED", "M", f"schema {{ query: Query mutation: M }} {TYPE_M}", TYPE_M),
    ("ROOT_TYPE_ADDED", "M", TYPE_M, f"schema {{ query: Query mutation: M }} {TYPE_M}"),
    (
        "ROOT_TYPE_CHANGED", "Query", f"schema {{ query: Query }} {BASE} type Q {{ a: Int }}",
        f"schema {{ query: Q }} {BASE} type Q {{ a: Int }}",
    ),
    (
        "SCALAR_SPECIFICATION_CHANGED", "S", f'{BASE} scalar S @specifiedBy(url: "https://a.example")',
        f'{BASE} scalar S @specifiedBy(url: "https://b.example")',
    ),
    ("DIRECTIVE_REMOVED", "@d", f"{BASE} directive @d on FIELD", BASE),
    ("DIRECTIVE_ADDED", "@d", BASE, f"{BASE} directive @d on FIELD"),
    ("DIRECTIVE_NOT_REPEATABLE", "@d", f"{BASE} directive @d repeatable on FIELD", f"{BASE} directive @d on FIELD"),
    ("DIRECTIVE_REPEATABLE", "@d", f"{BASE} directive @d on FIELD", f"{BASE} directive @d repeatable on FIELD"),
    ("DIRECTIVE_LOCATION_REMOVED", "@d", f"{BASE} directive @d on FIELD | QUERY", f"{BASE} directive @d on FIELD"),
    ("DIRECTIVE_LOCATION_ADDED", "@d", f"{BASE} directive @d on FIELD", f"{BASE} directive @d on FIELD | QUERY"),
    ("DIRECTIVE_ARGUMENT_REMOVED", "@d(a:)", f"{BASE} directive @d(a: Int) on FIELD", f"{BASE} directive @d on FIELD"),
    (
        "REQUIRED_DIRECTIVE_ARGUMENT_ADDED", "@d(a:)", f"{BASE} directive @d on FIELD",
        f"{BASE} directive @d(a: Int!) on FIELD",
    ),
    (
        "OPTIONAL_DIRECTIVE_ARGUMENT_ADDED", "@d(a:)", f"{BASE} directive @d on FIELD",
        f"{BASE} directive @d(a: Int) on FIELD",
    ),
    (
        "DIRECTIVE_ARGUMENT_TYPE_CHANGED", "@d(a:)", f"{BASE} directive @d(a: Int) on FIELD",
        f"{BASE} directive @d(a: String) on FIELD",
    ),
    (
        "DIRECTIVE_ARGUMENT_TYPE_WIDENED", "@d(a:)", f"{BASE} directive @d(a: Int!) on FIELD",
        f"{BASE} directive @d(a: Int) on FIELD",
    ),
    (
        "DIRECTIVE_ARGUMENT_MADE_REQUIRED", "@d(a:)", f"{BASE} directive @d(a: Int! = 1) on FIELD",
        f"{BASE} directive @d(a: Int!) on FIELD",
    ),
    (
        "DIRECTIVE_ARGUMENT_DEFAULT_CHANGED", "@d(a:)", f"{BASE} directive @d(a: Int = 1) on FIELD",
        f"{BASE} directive @d(a: Int = 2) on FIELD",
    ),
    (
        "INTERFACE_REMOVED", "T", f"{BASE} interface I {{ a: Int }} type T implements I {{ a: Int }}",
        f"{BASE} interface I {{ a: Int }} type T {{ a: Int }}",
    ),
    (
        "INTERFACE_ADDED", "T", f"{BASE} interface I {{ a: Int }} type T {{ a: Int }}",
        f"{BASE} interface I {{ a: Int }} type T implements I {{ a: Int }}",
    ),
    (
        "UNION_MEMBER_REMOVED", "U", f"{BASE} type T {{ a: Int }} union U = Query | T",
        f"{BASE} type T {{ a: Int }} union U = Query",
    ),
    (
        "UNION_MEMBER_ADDED", "U", f"{BASE} type T {{ a: Int }} union U = Query",
        f"{BASE} type T {{ a: Int }} union U = Query | T",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("code", "coordinate", "old", "new"), TABLE, ids=[f"{row[0]} {row[1]}" for row in TABLE])
def test_one_change_is_found_alone_and_at_its_place(code: str, coordinate: str, old: str, new: str) -> None:
    (change,) = difference(api_schema(old), api_schema(new))

    assert (change.code, change.coordinate) == (code, coordinate)


def test_the_table_knows_every_change_but_those_that_come_in_company() -> None:
    assert {row[0] for row in TABLE} | {"IMPLEMENTATION_ADDED", "OPERATION_INVALID"} == SEVERITIES.keys()


def test_a_new_type_that_implements_a_known_interface_is_dangerous() -> None:
    old = f"{BASE} interface I {{ a: Int }}"

    found = difference(api_schema(old), api_schema(f"{old} type T implements I {{ a: Int }}"))

    assert [(one.severity, one.code, one.subject) for one in found] == [
        (Severity.DANGEROUS, "IMPLEMENTATION_ADDED", "I"),
        (Severity.SAFE, "TYPE_ADDED", ""),
    ]


def test_the_worst_comes_first() -> None:
    old = "type Query { a: Int b: Int } enum E { A }"
    new = "type Query { b: Int c: Int } enum E { A B }"

    assert [one.severity for one in difference(api_schema(old), api_schema(new))] == ["breaking", "dangerous", "safe"]


def test_directives_for_schemas_are_no_business_of_clients() -> None:
    assert not difference(api_schema(f"{BASE} directive @d on OBJECT"), api_schema(BASE))


def test_the_order_of_fields_in_a_default_changes_nothing() -> None:
    old = "input I { a: Int b: Int } type Query { a(x: I = {a: 1, b: 2}): Int }"

    assert not difference(api_schema(old), api_schema(old.replace("{a: 1, b: 2}", "{b: 2, a: 1}")))
