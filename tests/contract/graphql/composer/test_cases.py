"""One small case per rule: the codes of the errors, or of the hints where the subgraphs compose.

A case in cases.txt is a sentence, its codes, and its subgraphs.  `FED 2.3 key tag` stands for the link to that version
of federation with these directives imported.
"""

import re
from dataclasses import dataclass
from pathlib import Path

import pytest
from graphql import build_schema
from milkrun_graph.composer import Subgraph, compose
from milkrun_graph.supergraph import read_supergraph

LINK = 'extend schema @link(url: "https://specs.apollo.dev/federation/v{}", import: [{}])'


@dataclass(frozen=True, slots=True)
class Case:
    sentence: str
    errors: list[str]
    hints: list[str]
    subgraphs: list[Subgraph]


def linked(line: re.Match[str]) -> str:
    return LINK.format(line[1], ", ".join(f'"@{name}"' for name in line[2].split()))


def read_case(text: str) -> Case:
    head, *parts = re.split(r"^# (\S+)\n", text, flags=re.MULTILINE)
    sentence, *codes = head.strip().splitlines()
    found = {kind: rest.split() for kind, _, rest in (line.partition(": ") for line in codes)}
    subgraphs = [
        Subgraph(name, f"http://{name}", re.sub(r"^FED ([\d.]+)(.*)$", linked, sdl, flags=re.MULTILINE))
        for name, sdl in zip(parts[::2], parts[1::2], strict=True)
    ]
    return Case(sentence, found.get("errors", []), found.get("hints", []), subgraphs)


TEXT = Path(__file__).with_name("cases.txt").read_text(encoding="utf-8")
CASES = [read_case(text) for text in re.split(r"^## ", TEXT, flags=re.MULTILINE)[1:]]
COMPOSED = [case for case in CASES if not case.errors]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.sentence)
def test_it_has_the_codes_of_its_case(case: Case) -> None:
    composition = compose(case.subgraphs)

    assert sorted({issue.code for issue in composition.errors}) == case.errors
    if not case.errors:
        assert sorted({issue.code for issue in composition.hints}) == case.hints


@pytest.mark.parametrize("case", COMPOSED, ids=lambda case: case.sentence)
def test_what_composes_is_a_supergraph_and_an_api(case: Case) -> None:
    composition = compose(case.subgraphs)

    assert composition.supergraph_sdl is not None
    assert composition.api_sdl is not None
    assert read_supergraph(composition.supergraph_sdl) is not None
    assert build_schema(composition.supergraph_sdl).query_type is not None
    assert build_schema(composition.api_sdl).query_type is not None
