"""Which recorded operations feel which change, and what is let pass."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import pytest
from milkrun_graph.checks import (
    Approval,
    Dangerous,
    Policy,
    Recorded,
    Report,
    Threshold,
    Verdict,
    WithoutOperations,
    api_schema,
    check,
)
from milkrun_graph.checks.change import Severity

DEFAULT = Policy()
NOW = datetime(2026, 11, 23, tzinfo=UTC)
LIBRARY = """
type Query { book(id: ID!, lang: Lang = EN): Book search(f: Filter, n: Int = 10): [Hit!]! node: Node media: Media }
type Mutation { add(book: NewBook!): Book }
enum Lang { EN DE FR }
enum Genre { DRAMA POEM }
input Filter { text: String genre: Genre = DRAMA range: Range langs: [Lang!] }
input Range { from: Int! = 0 to: Int }
input NewBook { title: String! }
interface Node { id: ID! }
interface Media { title: String! }
type Book implements Node & Media { id: ID! title: String! genre: Genre author: Author }
type Film implements Media { title: String! }
type Author implements Node { id: ID! name: String }
union Hit = Book | Author | Film
directive @log(level: Int = 1) repeatable on FIELD | QUERY
"""


def recorded(query: str, shapes: list[Mapping[str, Any]] | None = None, **requests: int) -> Recorded:
    return Recorded(f"hash of {query}", query, requests or {"web": 1}, shapes)


def checked(change: tuple[str, str], *records: Recorded, policy: Policy = DEFAULT) -> Report:
    """The library, with one piece of its text exchanged, judged by these records."""
    assert LIBRARY.count(change[0]) == 1, "the exchanged text must stand there once"
    return check(api_schema(LIBRARY), api_schema(LIBRARY.replace(*change)), records, NOW, policy)


BY_VARIABLES = "query ($f: Filter) { search(f: $f) { __typename } }"
NO_TEXT = ("text: String genre", "genre")
FELT: Sequence[tuple[str, tuple[str, str], str]] = [
    ("a removed field is selected", ("name: String }", "}"), "{ book(id: 1) { author { name } } }"),
    ("in a fragment", ("name: String }", "}"), "{ node { ...A } } fragment A on Author { name }"),
    ("a field is a list now", ("node: Node", "node: [Node]"), "{ node { id } }"),
    ("a removed argument is given", (", lang: Lang = EN", ""), "{ book(id: 1, lang: DE) { id } }"),
    ("a required argument appears", ("node: Node", "node(x: Int!): Node"), "{ node { id } }"),
    ("null is sent where none is allowed", ("n: Int = 10", "n: Int! = 10"), "{ search(n: null) { __typename } }"),
    ("a default is gone and nothing sent", ("from: Int! = 0", "from: Int!"),
     "{ search(f: {range: {to: 1}}) { __typename } }"),
    ("a removed value is a literal", ("DE FR }", "DE }"), "{ book(id: 1, lang: FR) { id } }"),
    ("a removed value is in a list", ("DE FR }", "DE }"), "{ search(f: {langs: [EN, FR]}) { __typename } }"),
    ("a removed value is a variable's default", ("DE FR }", "DE }"),
     "query ($l: Lang = FR) { book(id: 1, lang: $l) { id } }"),
    ("a removed value may be read", ("DRAMA POEM }", "DRAMA }"), "{ book(id: 1) { genre } }"),
    ("a removed input field is a literal", NO_TEXT, '{ search(f: {text: ""}) { __typename } }'),
    ("a removed input field may be in a variable", NO_TEXT, BY_VARIABLES),
    ("a removed value may be deep in a variable", ("DE FR }", "DE }"), BY_VARIABLES),
    ("a member is named in a condition", ("Book | Author | Film", "Book | Film"),
     "{ search { ... on Author { id } } }"),
    ("a member is met by its interface", ("Book | Author | Film", "Book | Author"),
     "{ search { ... on Media { title } } }"),
    ("an implementation is met", ("type Author implements Node", "type Author"), "{ node { ... on Author { name } } }"),
    ("a directive is not repeatable", ("= 1) repeatable", "= 1)"), "{ node @log @log(level: 2) { id } }"),
    ("a directive has no place", ("FIELD | QUERY", "FIELD"), "query @log { node { id } }"),
    ("a directive's argument is gone", ("@log(level: Int = 1)", "@log"), "{ node @log(level: 2) { id } }"),
    ("there are no mutations", ("type Mutation {", "type Mut {"), 'mutation { add(book: {title: ""}) { id } }'),
    ("a required input field appears", ("NewBook { title", "NewBook { isbn: ID! title"),
     'mutation { add(book: {title: ""}) { id } }'),
]  # fmt: skip


@pytest.mark.parametrize(("change", "query"), [row[1:] for row in FELT], ids=[row[0] for row in FELT])
def test_a_change_that_is_felt_breaks(change: tuple[str, str], query: str) -> None:
    report = checked(change, recorded(query))

    assert not report.passed
    assert not [one for one in report.findings if one.change.code == "OPERATION_INVALID"], "a change explains it"


HARMLESS: Sequence[tuple[str, tuple[str, str], str]] = [
    ("a removed field is not selected", ("name: String }", "}"), "{ book(id: 1) { author { id } } }"),
    ("a removed argument is not given", (", lang: Lang = EN", ""), "{ book(id: 1) { id } }"),
    ("a number is sent where null was allowed", ("n: Int = 10", "n: Int! = 10"), "{ search(n: 1) { __typename } }"),
    ("nothing is sent and there is a default", ("n: Int = 10", "n: Int! = 10"), "{ search { __typename } }"),
    ("the variable is never null", ("n: Int = 10", "n: Int!"), "query ($n: Int!) { search(n: $n) { __typename } }"),
    ("another value is sent", ("DE FR }", "DE }"), "{ book(id: 1, lang: DE) { id } }"),
    ("another member is named", ("Book | Author | Film", "Book | Film"), "{ search { ... on Book { id } } }"),
    ("a directive stands once", ("= 1) repeatable", "= 1)"), "{ node @log { id } media @log { title } }"),
]  # fmt: skip


@pytest.mark.parametrize(("change", "query"), [row[1:] for row in HARMLESS], ids=[row[0] for row in HARMLESS])
def test_a_change_that_nobody_feels_passes(change: tuple[str, str], query: str) -> None:
    report = checked(change, recorded(query))

    assert report.passed
    assert "unused" in {one.verdict for one in report.findings}


SHAPES: Sequence[tuple[str, tuple[str, str], Mapping[str, Any], bool]] = [
    ("a removed field is sent", NO_TEXT, {"f": {"text": "x"}}, True),
    ("a removed field is not sent", NO_TEXT, {"f": {"range": {}}}, False),
    ("a removed value is sent", ("DE FR }", "DE }"), {"f": {"langs": ["FR"]}}, True),
    ("another value is sent", ("DE FR }", "DE }"), {"f": {"langs": ["DE"]}}, False),
    ("a field that must be there is not", ("text: String genre", "text: String! genre"), {"f": {}}, True),
    ("a field that must be there is null", ("text: String genre", "text: String! genre"), {"f": {"text": None}}, True),
    ("a field that must be there is there", ("text: String genre", "text: String! genre"), {"f": {"text": "x"}}, False),
    ("a deep field has another type", ("to: Int }", "to: String }"), {"f": {"range": {"to": 1}}}, True),
    ("a deep field with another type is not sent", ("to: Int }", "to: String }"), {"f": {"range": {}}}, False),
    ("a list where none is", ("langs: [Lang!]", "langs: Lang"), {"f": {"langs": ["DE"]}}, True),
    ("one becomes a list of one", ("to: Int }", "to: [Int] }"), {"f": {"range": {"to": 1}}}, False),
    ("two fields of a @oneOf", ("input Range { from: Int! = 0", "input Range @oneOf { from: Int"),
     {"f": {"range": {"from": 1, "to": 2}}}, True),
    ("null is sent", ("f: Filter,", "f: Filter! = {},"), {"f": None}, True),
    ("nothing is sent", ("f: Filter,", "f: Filter! = {},"), {}, False),
]  # fmt: skip


@pytest.mark.parametrize(("change", "shape", "breaks"), [row[1:] for row in SHAPES], ids=[row[0] for row in SHAPES])
def test_recorded_variables_decide(change: tuple[str, str], shape: Mapping[str, Any], breaks: bool) -> None:
    report = checked(change, recorded(BY_VARIABLES, [shape]))

    assert report.passed is not breaks


@pytest.mark.parametrize(
    ("change", "query"),
    [(("search(f: Filter, n: Int = 10): [Hit!]!", "x: Int"), BY_VARIABLES),
     (("directive @log(level: Int = 1) repeatable on FIELD | QUERY", ""),
      "query ($f: Int) { node @log(level: $f) { id } }")],
    ids=["field", "directive"],
)  # fmt: skip
def test_a_place_that_is_gone_with_its_null_breaks_once(change: tuple[str, str], query: str) -> None:
    report = checked(change, recorded(query, [{"f": None}]))

    assert [one.verdict for one in report.findings].count(Verdict.BREAKS) == 1


def test_a_changed_default_warns_where_it_is_used() -> None:
    change = ("lang: Lang = EN", "lang: Lang = DE")

    assert checked(change, recorded("{ book(id: 1) { id } }")).findings[0].verdict is Verdict.WARNS
    assert checked(change, recorded("{ book(id: 1, lang: EN) { id } }")).findings[0].verdict is Verdict.UNUSED


def test_a_new_value_warns_who_reads_the_enum() -> None:
    change = ("DRAMA POEM }", "DRAMA POEM TALE }")

    assert checked(change, recorded("{ book(id: 1) { genre } }")).findings[0].verdict is Verdict.WARNS
    assert checked(change, recorded("{ book(id: 1) { id } }")).findings[0].verdict is Verdict.UNUSED


def test_an_error_that_no_change_explains_makes_the_operation_invalid() -> None:
    old = api_schema("type Query { hits: [Hit] } union Hit = A | B  type A { x: ID } type B { x: ID }")
    new = api_schema("type Query { hits: [Hit] } union Hit = A | B  type A { x: ID! } type B { x: ID }")

    report = check(old, new, [recorded("query Q { hits { ... on A { x } ... on B { x } } }")], NOW)

    assert [(one.change.code, one.change.coordinate, one.verdict) for one in report.findings] == [
        ("OPERATION_INVALID", "Q", Verdict.BREAKS),
        ("FIELD_TYPE_NARROWED", "A.x", Verdict.SAFE),
    ]


NAME_GONE = ("name: String }", "}")
USE = recorded("query Names { node { ... on Author { name } } }", web=30, ios=60)
OTHER = recorded("query Ids { node { id } }", web=910)


def test_the_report_names_operations_and_clients_with_counts() -> None:
    (finding,) = checked(NAME_GONE, USE, OTHER).findings

    assert (finding.requests, finding.clients) == (90, {"ios": 60, "web": 30})
    assert [(one.name, one.requests) for one in finding.operations] == [("Names", {"web": 30, "ios": 60})]


@pytest.mark.parametrize(
    ("threshold", "passed"),
    [(Threshold(requests=90), False), (Threshold(requests=91), True), (Threshold(share=0.09), False),
     (Threshold(share=0.1), True)],
)  # fmt: skip
def test_below_the_threshold_it_is_tolerated(threshold: Threshold, passed: bool) -> None:
    report = checked(NAME_GONE, USE, OTHER, policy=Policy(threshold))

    assert report.passed is passed
    assert report.findings[0].verdict is (Verdict.TOLERATED if passed else Verdict.BREAKS)


def test_an_approved_change_passes_until_its_date() -> None:
    until = Approval("Author.name", "FIELD_REMOVED", until=datetime(2026, 12, 1, tzinfo=UTC))
    over = Approval("Author.name", "FIELD_REMOVED", until=datetime(2026, 11, 1, tzinfo=UTC))

    assert checked(NAME_GONE, USE, policy=Policy(approvals=(until,))).findings[0].verdict is Verdict.APPROVED
    report = checked(NAME_GONE, USE, policy=Policy(approvals=(over,)))
    assert not report.passed
    assert report.idle_approvals == (over,)


def test_an_approval_of_another_change_helps_nothing() -> None:
    assert not checked(NAME_GONE, USE, policy=Policy(approvals=(Approval("Author.name", "DEPRECATED"),))).passed
    assert not checked(NAME_GONE, USE, policy=Policy(approvals=(Approval("Author.id"),))).passed


def test_grades_may_be_changed() -> None:
    assert checked(NAME_GONE, USE, policy=Policy(severities={"FIELD_REMOVED": Severity.SAFE})).passed
    change = ("DRAMA POEM }", "DRAMA POEM TALE }")
    strict = Policy(severities={"ENUM_VALUE_ADDED": Severity.BREAKING})
    assert not checked(change, recorded("{ book(id: 1) { genre } }"), policy=strict).passed


@pytest.mark.parametrize(
    ("dangerous", "verdict"),
    [(Dangerous.WARN, "warns"), (Dangerous.FAIL, "breaks"), (Dangerous.IGNORE, "tolerated")],
)
def test_dangerous_changes_warn_fail_or_are_ignored(dangerous: Dangerous, verdict: str) -> None:
    change = ("lang: Lang = EN", "lang: Lang = DE")

    report = checked(change, recorded("{ book(id: 1) { id } }"), policy=Policy(dangerous=dangerous))

    assert report.findings[0].verdict == verdict


def test_without_recorded_operations_a_breaking_change_fails_unless_told_otherwise() -> None:
    assert not checked(NAME_GONE).passed
    assert checked(NAME_GONE, policy=Policy(without_operations=WithoutOperations.PASS)).passed
    assert checked(("name: String }", "name: String age: Int }")).passed


def test_excluded_operations_count_for_nothing() -> None:
    report = checked(NAME_GONE, USE, OTHER, policy=Policy(excluded_operations=frozenset({"Names"})))

    assert report.passed
    assert (report.operations, report.requests) == (1, 910)


def test_what_was_never_valid_is_reported_and_not_judged() -> None:
    everything = Policy(validate_all=True)

    report = checked(NAME_GONE, recorded("{ nope }"), recorded("{"), OTHER, policy=everything)

    assert report.passed
    assert [reason for _, reason in report.refused] == [
        "Cannot query field 'nope' on type 'Query'. Did you mean 'node'?",
        "Syntax Error: Expected Name, found <EOF>.",
    ]
