"""The reader of recorded operations beside graphql-core's parser: the same nodes, the same errors."""

import re
from typing import Any

from graphql import GraphQLSyntaxError, parse
from hypothesis import example, given, settings
from hypothesis import strategies as st
from milkrun_graph.checks.reading import read_document

TEXTS = [
    "query Q($a: Int! = 1, $b: [[E!]!] = [A, B] @d(x: -1.5e3) $c: I = {x: null, y: {z: [true]}}) @d @e(f: $a) { a }",
    '{ a: b(c: $d, e: "text", f: [1, 2.0, $g, "", {h: $i}], j: E) @k { l ...N ... on O @p { q } ... @r { s } } t {} }',
    "fragment F on T @a(b: false) { c }\n# comment }\nsubscription { on: query fragment type }\r\nmutation M { null }",
    'query on($on: on) { ...f ... on on { on(on: on) } } fragment on1 on on { x(y: """block""", z: "\\n\\u00e9é") }',
    '"of the operation" query ("of the variable" $x: Int) { a }',
    "type T { a: Int } extend schema @b",
]
PIECES = re.compile(r"\w+|\s+|\W")
SIGNS = '{}()[]$@:!=.,#"-&|0 é\ufeff\x7f\\\n'
WORDS = '... on fragment null 01 1. 1e -0 1x """ "a" $x'


@st.composite
def texts(draw: Any) -> str:
    """One or two documents with a few pieces exchanged, removed or added."""
    pieces = PIECES.findall(" ".join(draw(st.lists(st.sampled_from(TEXTS), min_size=1, max_size=2))))
    for _ in range(draw(st.integers(0, 3))):
        place = draw(st.integers(0, len(pieces) - 1))
        pieces[place : place + draw(st.integers(0, 2))] = draw(
            st.lists(st.sampled_from([*SIGNS, *WORDS.split()]), max_size=2)
        )
        pieces = pieces or ["{"]
    return "".join(pieces)


def outcome(read: Any, text: str) -> Any:
    try:
        return read(text)
    except GraphQLSyntaxError as error:
        return str(error)


@given(texts())
@example("")
@example("{ a" * 100 + "}" * 100)
@example("{ a" * 300 + "}" * 300)
@example("{ a(b: " + "[" * 300 + "]" * 300 + ") }")
@example("query ($a: " + "[" * 300 + "Int" + "]" * 300 + ") { a }")
@settings(deadline=None, max_examples=1000)
def test_it_reads_what_the_parser_reads(text: str) -> None:
    assert outcome(read_document, text) == outcome(lambda text: parse(text, no_location=True), text)
