"""The audit's 46 sets of subgraphs make the supergraphs that their authors expect."""

import json

import pytest
from milkrun_graph.composer import Subgraph, compose
from milkrun_graph.supergraph import read_supergraph

from tests.support.federation.canonical import canonical
from tests.support.federation.suite import AUDIT, AuditSuite


def subgraphs(suite: str) -> list[Subgraph]:
    return [Subgraph(**one) for one in json.loads((AUDIT / suite / "subgraphs.json").read_text(encoding="utf-8"))]


@pytest.mark.parametrize("suite", AuditSuite.names())
def test_it_makes_the_expected_supergraph(suite: str) -> None:
    composition = compose(subgraphs(suite))

    assert composition.errors == ()
    assert composition.supergraph_sdl is not None
    assert canonical(composition.supergraph_sdl) == canonical((AUDIT / suite / "supergraph.graphql").read_text())


@pytest.mark.parametrize("suite", AuditSuite.names())
def test_the_order_of_the_subgraphs_does_not_matter(suite: str) -> None:
    given = subgraphs(suite)

    assert compose(given) == compose(given[::-1])


@pytest.mark.parametrize("suite", AuditSuite.names())
def test_its_own_reader_reads_it(suite: str) -> None:
    sdl = compose(subgraphs(suite)).supergraph_sdl

    assert sdl is not None
    assert read_supergraph(sdl) is not None
