"""Every code of the federation documentation is raised by a case, or there is a reason why none can raise it.

codes.txt lists them with their levels, but for those of connectors, which are not supported.
"""

from collections.abc import Mapping
from pathlib import Path

import pytest
from milkrun_graph.composer.issues import HINTS

from tests.contract.graphql.composer.test_cases import CASES

LISTED = [line.split() for line in Path(__file__).with_name("codes.txt").read_text(encoding="utf-8").splitlines()]
ERRORS = [code for code, level in LISTED if level == "ERROR"]
LEVELS = {code: level for code, level in LISTED if level != "ERROR"}
WITHOUT_ERROR_CASE: Mapping[str, str] = {
    "DOWNSTREAM_SERVICE_ERROR": "a gateway raises it when a subgraph does not answer; composition reads files",
    "INVALID_FEDERATION_SUPERGRAPH": "it is about reading a supergraph: SupergraphInvalid",
    "MAX_VALIDATION_SUBGRAPH_PATHS_EXCEEDED": "no small case is that entangled: test_composition.py lowers the limit",
    "UNSUPPORTED_FEATURE": "everything that federation 2.14 knows, connectors apart, is supported",
}
WITHOUT_HINT_CASE: Mapping[str, str] = {
    "INCONSISTENT_TYPE_SYSTEM_DIRECTIVE_LOCATIONS": "the newest version alone defines a composed directive",
    "INCONSISTENT_TYPE_SYSTEM_DIRECTIVE_REPEATABLE": "the newest version alone defines a composed directive",
}


def raising(kind: str, code: str) -> list[str]:
    return [case.sentence for case in CASES if code in getattr(case, kind)]


@pytest.mark.parametrize("code", ERRORS)
def test_an_error_has_a_case_or_a_reason(code: str) -> None:
    assert bool(raising("errors", code)) != (code in WITHOUT_ERROR_CASE)


@pytest.mark.parametrize("code", LEVELS)
def test_a_hint_has_a_case_or_a_reason(code: str) -> None:
    assert bool(raising("hints", code)) != (code in WITHOUT_HINT_CASE)


def test_hints_have_their_levels() -> None:
    assert {code: level for code, level in LEVELS.items() if code not in WITHOUT_HINT_CASE} == HINTS


def test_cases_know_no_codes_but_the_documented_ones() -> None:
    assert {code for case in CASES for code in case.errors} <= set(ERRORS)
    assert {code for case in CASES for code in case.hints} <= set(LEVELS)


def test_cases_have_different_sentences() -> None:
    sentences = [case.sentence for case in CASES]

    assert len(sentences) == len(set(sentences))
