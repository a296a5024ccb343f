"""Composition: what its result says beside the codes."""

import pytest
from milkrun_graph.composer import Composition, Subgraph, compose
from milkrun_graph.composer.satisfiability import search

FEDERATION = 'extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", "@inaccessible"])\n'


def composed(**sdls: str) -> Composition:
    return compose([Subgraph(name, f"http://{name}", FEDERATION + sdl) for name, sdl in sdls.items()])


def test_an_error_says_where_it_is() -> None:
    composition = composed(a='type Query { a: Int }\ntype T @key(fields: "nope") { id: ID }')

    assert composition.supergraph_sdl is None
    (issue,) = composition.errors
    assert issue.code == "KEY_INVALID_FIELDS"
    assert [(one.subgraph, one.line) for one in issue.locations] == [("a", 3)]


def test_a_hint_says_how_much_it_matters() -> None:
    (issue,) = composed(a="type Query { a: Int }\nenum E { A }").hints

    assert (issue.code, issue.level) == ("UNUSED_ENUM_TYPE", "DEBUG")


def test_a_syntax_error_is_an_error_of_its_subgraph() -> None:
    (issue,) = composed(a="type Query {").errors

    assert issue.code == "INVALID_GRAPHQL"
    assert issue.message.startswith("[a] ")


def test_no_subgraphs_are_no_supergraph() -> None:
    assert [issue.code for issue in compose([]).errors] == ["NO_QUERIES"]


def test_the_api_leaves_out_what_is_inaccessible_and_what_is_for_the_gateway() -> None:
    composition = composed(a='type Query { a: T b: Int @inaccessible }\ntype T @key(fields: "id") { id: ID }')

    assert composition.api_sdl == "type Query {\n  a: T\n}\n\ntype T {\n  id: ID\n}\n"


def test_an_unreachable_field_is_shown_with_a_query_and_reasons() -> None:
    composition = composed(
        a='type Query { t: T }\ntype T @key(fields: "id") { id: ID }', b='type T @key(fields: "n") { n: ID x: Int }'
    )

    message = next(issue.message for issue in composition.errors if "T.x" in issue.message)
    assert "{\n  t {\n    x\n  }\n}" in message
    assert 'from subgraph "a"' in message
    assert 'cannot move to subgraph "b", which has field "T.x"' in message


def test_the_join_version_is_the_oldest_that_will_do() -> None:
    sdl = compose([Subgraph("a", "http://a", "type Query { a: Int }")]).supergraph_sdl

    assert sdl is not None
    assert "join/v0.3" in sdl
    assert "join/v0.5" in (composed(a="type Query { a: Int }").supergraph_sdl or "")


def test_many_keys_in_many_subgraphs_are_searched_in_bounded_time() -> None:
    keys = " ".join(f'@key(fields: "k{number}")' for number in range(8))
    fields = " ".join(f"k{number}: ID!" for number in range(8))
    sdls = {f"s{number}": f"type T {keys} {{ {fields} own{number}: T }}" for number in range(12)}
    composition = composed(**sdls, root='type Query { t: T }\ntype T @key(fields: "k0") { k0: ID! }')

    assert composition.errors == ()


def test_many_labels_are_searched_one_by_one_where_they_matter() -> None:
    labels = range(40)
    new = " ".join(f'f{one}: T @override(from: "old", label: "l{one}")' for one in labels)
    old = " ".join(f"f{one}: T" for one in labels)
    federation = FEDERATION.replace('"@key"', '"@key", "@override"')
    subgraphs = [
        Subgraph(
            "new", "http://new", federation + f'type Query {{ t: T }}\ntype T @key(fields: "id") {{ id: ID {new} }}'
        ),
        Subgraph("old", "http://old", federation + f'type T @key(fields: "id") {{ id: ID {old} }}'),
    ]

    assert compose(subgraphs).errors == ()


def test_a_graph_too_entangled_to_search_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(search, "MAX_STATES", 1)

    composition = composed(a="type Query { t: T }\ntype T { u: U }\ntype U { x: Int }")

    assert [issue.code for issue in composition.errors] == ["MAX_VALIDATION_SUBGRAPH_PATHS_EXCEEDED"]


def test_requirements_are_all_needed_under_whatever_name() -> None:
    scopes = '[{name: "@requiresScopes", as: "@rs"}, "@shareable"]'
    federation = f'extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: {scopes})\n'
    sdl = 'type Query {{ a: Int @rs(scopes: [["{}"]]) @shareable }}'
    subgraphs = [Subgraph(name, f"http://{name}", federation + sdl.format(name)) for name in ("a", "b")]

    assert '@rs(scopes: [["a", "b"]])' in (compose(subgraphs).supergraph_sdl or "")


def test_the_api_has_no_hidden_arguments_of_directives() -> None:
    composition = composed(a="directive @live(x: Int! = 3 @inaccessible, y: Int) on FIELD\ntype Query { a: Int }")

    assert composition.api_sdl == "directive @live(y: Int) on FIELD\n\ntype Query {\n  a: Int\n}\n"
