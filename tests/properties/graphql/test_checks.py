"""Schema checks over random pairs of schemas and random operations.

Both schemas of a pair come from one skeleton, so that they share most names and often most definitions.  Oracles are
graphql-core's printer, finders of changes, validation and coercion of variables.
"""

import re
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLSchema,
    GraphQLSyntaxError,
    GraphQLUnionType,
    get_named_type,
    is_abstract_type,
    is_composite_type,
    is_leaf_type,
    is_list_type,
    is_non_null_type,
    lexicographic_sort_schema,
    parse,
    print_schema,
    validate,
)
from graphql.execution.values import get_variable_values
from graphql.language import DocumentNode, OperationDefinitionNode
from graphql.utilities.find_schema_changes import find_schema_changes
from hypothesis import HealthCheck, given, reject, settings
from hypothesis import strategies as st
from milkrun_graph.checks import Change, Policy, Recorded, Report, Severity, Verdict, api_schema, check, difference
from milkrun_graph.checks.inputs import is_required
from milkrun_graph.checks.validity import RULES, Validator

NOW = datetime(2026, 11, 23, tzinfo=UTC)
Draw = Callable[..., Any]
Pair = tuple[GraphQLSchema, GraphQLSchema]
calm = settings(deadline=None, max_examples=100, suppress_health_check=[HealthCheck.too_slow])
OUTPUTS = ["Int", "Int!", "[Int]", "[Int!]!", "String", "E", "E!", "P", "P!", "[Q]", "N", "U", "[U!]"]
INPUTS = ["Int", "Int! = 1", "Int = 2", "Int!", "[Int]", "[Int!] = [1]", "E", "E! = A", "[E!]", "Float"]
DEEP = [*INPUTS, "I", "I = {}", "[I!]", "J"]


def some(draw: Draw, items: str) -> list[str]:
    return draw(st.lists(st.sampled_from(items.split()), min_size=1, unique=True))  # type: ignore[no-any-return]


def fields(draw: Draw, names: str, types: list[str]) -> dict[str, str]:
    return {name: draw(st.sampled_from(types)) for name in sorted(some(draw, names))}


def with_arguments(draw: Draw, name: str) -> str:
    taken = draw(st.lists(st.sampled_from("xyz"), max_size=2, unique=True))
    arguments = [f"{argument}: {draw(st.sampled_from(DEEP))}" for argument in sorted(taken)]
    return f"{name}({', '.join(arguments)})" if arguments else name


def block(head: str, content: dict[str, str]) -> str:
    return f"{head} {{ {' '.join(f'{name}: {type_}' for name, type_ in content.items())} }}"


PARTS = ["E", "P", "Q", "U", "I", "J", "d", "Query"]


def part(draw: Draw, name: str, shared: dict[str, str]) -> str:
    """One definition.  Those of one name are always of one kind, and need nothing that may be missing."""
    match name:
        case "E":
            return f"enum E {{ A {' '.join(some(draw, 'B C D'))} }}"
        case "P" | "Q":
            implements = draw(st.booleans())
            own = {with_arguments(draw, field): type_ for field, type_ in fields(draw, "c d e", OUTPUTS).items()}
            return block(f"type {name}{' implements N' if implements else ''}", (shared if implements else {}) | own)
        case "U":
            return f"union U = {' | '.join(some(draw, 'P Q R'))}"
        case "I" | "J" | "d":
            return input_part(draw, name)
        case _:
            return query(draw)


def input_part(draw: Draw, name: str) -> str:
    if name == "I":
        # It is sent as {} by default, so it must not require anything, or the schema is wrong.
        optional = [type_ for type_ in INPUTS if "!" not in type_ and "=" not in type_]
        return block("input I", fields(draw, "a b j", [*optional, "J", "I", "[J!]", "Int = 3"]))
    if name == "J":
        return block("input J", fields(draw, "a b c", INPUTS))
    places = " | ".join(some(draw, "FIELD QUERY"))
    return f"directive @d(x: {draw(st.sampled_from(INPUTS))}) on {places}" if draw(st.booleans()) else ""


def query(draw: Draw) -> str:
    roots = {with_arguments(draw, field): type_ for field, type_ in fields(draw, "p q r s t", OUTPUTS).items()}
    always = {"keep(b: Boolean, f: Float, i: ID, j: J, k: I)": "P", "n": "N", "u": "U"}
    return block("type Query", roots | always)


def whole(shared: dict[str, str], parts: dict[str, str]) -> GraphQLSchema:
    common = [block("interface N", shared), block("type R implements N", shared)]
    return api_schema("\n".join([*common, *parts.values()]))


@st.composite
def pairs(draw: Draw) -> tuple[GraphQLSchema, GraphQLSchema]:
    """Two valid schemas that differ in one definition, in several, or in all."""
    shared = fields(draw, "a b", OUTPUTS)
    parts = {name: part(draw, name, shared) for name in PARTS}
    again = draw(st.one_of(st.lists(st.sampled_from(PARTS), min_size=1, max_size=2), st.just(PARTS)))
    other = fields(draw, "a b", OUTPUTS) if again is PARTS else shared
    return whole(shared, parts), whole(other, parts | {name: part(draw, name, other) for name in again})


class Writer:
    """Writes one random operation that is valid for a schema, with variables for input objects."""

    def __init__(self, draw: Draw, schema: GraphQLSchema) -> None:
        self.draw = draw
        self.schema = schema
        self.variables: dict[str, str] = {}
        self.values: dict[str, Any] = {}
        self.labels = 0

    def operation(self) -> str:
        body = self.selections(self.schema.query_type, 3)
        declared = ", ".join(f"${name}: {type_}" for name, type_ in self.variables.items())
        return f"query Q{f'({declared})' if declared else ''} {body}"

    def selections(self, scope: Any, depth: int) -> str:
        chosen: list[str] = []
        if not isinstance(scope, GraphQLUnionType):
            usable = [name for name, field in scope.fields.items() if depth or is_leaf_type(get_named_type(field.type))]
            names = self.draw(st.lists(st.sampled_from(usable), max_size=3, unique=True)) if usable else []
            chosen = [self.field(name, scope.fields[name], depth) for name in names]
        if is_abstract_type(scope) and depth:
            possible = sorted(type_.name for type_ in self.schema.get_possible_types(scope))
            for name in self.draw(st.lists(st.sampled_from(possible), max_size=2, unique=True)):
                chosen.append(f"... on {name} {self.selections(self.schema.type_map[name], depth - 1)}")
        return f"{{ {' '.join(chosen) or '__typename'} }}"

    def field(self, name: str, field: Any, depth: int) -> str:
        given = [
            f"{argument}: {self.value(definition.type)}"
            for argument, definition in field.args.items()
            if is_required(definition) or self.draw(st.booleans())
        ]
        text = f"{self.label()}{name}{f'({", ".join(given)})' if given else ''}"
        if "d" in {directive.name for directive in self.schema.directives} and self.draw(st.booleans()):
            text += self.directive()
        inner = get_named_type(field.type)
        return f"{text} {self.selections(inner, depth - 1)}" if is_composite_type(inner) else text

    def label(self) -> str:
        # One of its own for every field: two of one name may differ in type, which is not merged.
        self.labels += 1
        return f"l{self.labels}: "

    def directive(self) -> str:
        directive = next(one for one in self.schema.directives if one.name == "d")
        given = is_required(directive.args["x"]) or self.draw(st.booleans())
        on_fields = "FIELD" in {location.name for location in directive.locations}
        return (f" @d(x: {self.value(directive.args['x'].type)})" if given else " @d") if on_fields else ""

    def value(self, type_: Any) -> str:
        if self.draw(st.booleans()):
            name = f"v{len(self.variables)}"
            self.variables[name] = str(type_)
            self.values[name] = self.plain(type_)
            return f"${name}"
        return literal(self.plain(type_), get_named_type(type_))

    def plain(self, type_: Any) -> Any:
        if is_non_null_type(type_):
            return self.plain_of(type_.of_type)
        return None if self.draw(st.integers(0, 4)) == 0 else self.plain_of(type_)

    def plain_of(self, type_: Any) -> Any:
        if is_list_type(type_):
            return [self.plain(type_.of_type) for _ in range(self.draw(st.integers(0, 2)))]
        if isinstance(type_, GraphQLEnumType):
            return self.draw(st.sampled_from(sorted(type_.values)))
        if isinstance(type_, GraphQLInputObjectType):
            return {
                name: self.plain(field.type)
                for name, field in type_.fields.items()
                if is_required(field) or self.draw(st.integers(0, 2)) == 0
            }
        return {"Boolean": True, "String": "x", "ID": "x"}.get(type_.name, 1)


def literal(value: Any, type_: Any) -> str:
    match value:
        case None:
            return "null"
        case list():
            return f"[{', '.join(literal(item, type_) for item in value)}]"
        case dict():
            inner = {name: get_named_type(type_.fields[name].type) for name in value}
            return f"{{{', '.join(f'{name}: {literal(item, inner[name])}' for name, item in value.items())}}}"
        case str():
            return value if isinstance(type_, GraphQLEnumType) else f'"{value}"'
    return str(value).lower()


class Careless(Writer):
    """Lets fields share labels and selections share fragments, whether or not that is right."""

    def __init__(self, draw: Draw, schema: GraphQLSchema) -> None:
        super().__init__(draw, schema)
        self.fragments: dict[str, list[str]] = {}

    def label(self) -> str:
        return self.draw(st.sampled_from(["", "", "", "l1: ", "l2: "]))  # type: ignore[no-any-return]

    def selections(self, scope: Any, depth: int) -> str:
        selections = super().selections(scope, depth)
        known = self.fragments.setdefault(scope.name, [])
        if self.draw(st.booleans()):
            known.append(f"fragment {scope.name}{len(known)} on {scope.name} {selections}")
            selections = f"{{ ... {selections} ...{scope.name}{len(known) - 1} }}"
        spread = self.draw(st.lists(st.integers(0, len(known) - 1), max_size=2)) if known else []
        return f"{selections[:-1]}{''.join(f' ...{scope.name}{number}' for number in spread)} }}"

    def document(self) -> str:
        return "\n".join([self.operation(), *(text for several in self.fragments.values() for text in several)])


WORDS = "a b c p q keep n u x y z l1 N P Q R U E I J A B Int v0 v1 N0 P0 d skip include null 1 __typename mutation"


@st.composite
def documents(draw: Draw, schema: GraphQLSchema) -> DocumentNode:
    """An operation with fragments, some words of which may be wrong."""
    pieces = re.split(r"(\w+)", Careless(draw, schema).document())
    places = st.integers(0, len(pieces) // 2 - 1)
    for place in draw(st.lists(places, max_size=2)):
        pieces[2 * place + 1] = draw(st.sampled_from(WORDS.split()))
    try:
        return parse("".join(pieces), no_location=True)
    except GraphQLSyntaxError:
        reject()


@st.composite
def recorded(draw: Draw, schema: GraphQLSchema, *, with_shapes: bool) -> Recorded:
    writer = Writer(draw, schema)
    query = writer.operation()
    return Recorded("h", query, {"web": 1}, [writer.values] if with_shapes else None)


@given(pairs())
@calm
def test_a_schema_does_not_differ_from_itself(pair: Pair) -> None:
    for schema in pair:
        assert difference(schema, api_schema(print_schema(lexicographic_sort_schema(schema)))) == ()


@given(pairs())
@calm
def test_there_is_a_change_exactly_if_the_printed_schemas_differ(pair: Pair) -> None:
    old, new = pair
    same = print_schema(lexicographic_sort_schema(old)) == print_schema(lexicographic_sort_schema(new))

    assert (difference(old, new) == ()) is same


SAME = {
    "TYPE_REMOVED": "TYPE_REMOVED", "TYPE_REMOVED_FROM_UNION": "UNION_MEMBER_REMOVED",
    "VALUE_REMOVED_FROM_ENUM": "ENUM_VALUE_REMOVED", "REQUIRED_INPUT_FIELD_ADDED": "REQUIRED_INPUT_FIELD_ADDED",
    "IMPLEMENTED_INTERFACE_REMOVED": "INTERFACE_REMOVED", "FIELD_REMOVED": "FIELD_REMOVED INPUT_FIELD_REMOVED",
    "FIELD_CHANGED_KIND": "FIELD_TYPE_CHANGED INPUT_FIELD_TYPE_CHANGED",
    "REQUIRED_ARG_ADDED": "REQUIRED_ARGUMENT_ADDED",
    "ARG_REMOVED": "ARGUMENT_REMOVED", "ARG_CHANGED_KIND": "ARGUMENT_TYPE_CHANGED DIRECTIVE_ARGUMENT_TYPE_CHANGED",
    "DIRECTIVE_REMOVED": "DIRECTIVE_REMOVED", "DIRECTIVE_LOCATION_REMOVED": "DIRECTIVE_LOCATION_REMOVED",
    "VALUE_ADDED_TO_ENUM": "ENUM_VALUE_ADDED", "TYPE_ADDED_TO_UNION": "UNION_MEMBER_ADDED",
    "IMPLEMENTED_INTERFACE_ADDED": "INTERFACE_ADDED", "OPTIONAL_INPUT_FIELD_ADDED": "OPTIONAL_INPUT_FIELD_ADDED",
    "OPTIONAL_ARG_ADDED": "OPTIONAL_ARGUMENT_ADDED", "FIELD_ADDED": "FIELD_ADDED",
}  # fmt: skip


@given(pairs())
@calm
def test_graphql_core_finds_the_same_changes(pair: Pair) -> None:
    old, new = pair
    theirs = Counter(change.type.name for change in find_schema_changes(old, new))
    ours = Counter(change.code for change in difference(old, new))

    for name, codes in SAME.items():
        assert theirs[name] == sum(ours[code] for code in codes.split()), name
    changed = [f"{kind}ARGUMENT_{what}" for kind in ("", "DIRECTIVE_") for what in ("DEFAULT_CHANGED", "MADE_REQUIRED")]
    assert theirs["ARG_DEFAULT_VALUE_CHANGE"] <= sum(ours[code] for code in changed)


def judged(old: GraphQLSchema, new: GraphQLSchema, record: Recorded) -> Report:
    assert validate(old, parse(record.query)) == [], "the writer wrote something wrong"
    return check(old, new, [record], NOW)


def verdicts(report: Report) -> list[tuple[Change, Verdict]]:
    return [(finding.change, finding.verdict) for finding in report.findings]


@given(st.data(), pairs())
@calm
def test_what_passes_leaves_every_operation_valid(data: st.DataObject, pair: Pair) -> None:
    old, new = pair
    record = data.draw(recorded(old, with_shapes=False))

    report = judged(old, new, record)

    if report.passed:
        assert validate(new, parse(record.query)) == []
    else:
        felt = [finding for finding in report.findings if finding.verdict is Verdict.BREAKS]
        assert all(finding.operations and finding.severity is Severity.BREAKING for finding in felt)


@given(st.data(), pairs())
@calm
def test_what_passes_takes_the_recorded_variables(data: st.DataObject, pair: Pair) -> None:
    old, new = pair
    record = data.draw(recorded(old, with_shapes=True))

    report = judged(old, new, record)

    document = parse(record.query)
    operation = document.definitions[0]
    assert isinstance(operation, OperationDefinitionNode)
    if report.passed:
        assert validate(new, document) == []
        assert record.shapes is not None
        coerced = get_variable_values(new, list(operation.variable_definitions or ()), dict(record.shapes[0]))
        assert not isinstance(coerced, list), coerced


@given(st.data(), pairs())
@calm
def test_validating_everything_finds_nothing_more(data: st.DataObject, pair: Pair) -> None:
    old, new = pair
    record = data.draw(recorded(old, with_shapes=data.draw(st.booleans())))

    everything = check(old, new, [record], NOW, Policy(validate_all=True))

    assert verdicts(everything) == verdicts(judged(old, new, record))


@given(st.data(), pairs())
@calm
def test_a_validator_finds_what_all_rules_find(data: st.DataObject, pair: Pair) -> None:
    document = data.draw(documents(pair[0]))

    for schema in pair:
        ours, theirs = Validator(schema).errors(document), validate(schema, document, RULES, max_errors=None)
        assert [(error.message, error.nodes) for error in ours] == [(error.message, error.nodes) for error in theirs]


@given(st.data(), pairs())
@calm
def test_a_validator_doubts_no_rule_for_an_operation_as_clients_write_it(data: st.DataObject, pair: Pair) -> None:
    schema = pair[0]
    document = parse(Writer(data.draw, schema).operation(), no_location=True)

    assert Validator(schema).doubts(document) == set()
