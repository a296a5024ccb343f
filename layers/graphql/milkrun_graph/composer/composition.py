"""Composition from end to end: read, upgrade, check, merge, check again, search."""

from collections.abc import Sequence
from dataclasses import dataclass

from milkrun_graph.composer.api_schema import api_schema
from milkrun_graph.composer.inaccessible import check_inaccessible
from milkrun_graph.composer.issues import Issue, Report
from milkrun_graph.composer.load import load
from milkrun_graph.composer.merge import Merged, merge
from milkrun_graph.composer.printer import print_schema
from milkrun_graph.composer.rules import check_subgraph
from milkrun_graph.composer.satisfiability import check_satisfiability
from milkrun_graph.composer.subgraph import Loaded, Subgraph
from milkrun_graph.composer.supergraph import frame
from milkrun_graph.composer.upgrade import upgrade


@dataclass(frozen=True, slots=True)
class Composition:
    """The result: with errors there are no schemas; hints there may be either way."""

    supergraph_sdl: str | None
    api_sdl: str | None
    hints: tuple[Issue, ...] = ()
    errors: tuple[Issue, ...] = ()


def compose(subgraphs: Sequence[Subgraph]) -> Composition:
    """Compose subgraphs into one supergraph."""
    report = Report()
    loaded = _load(subgraphs, report)
    merged = _merge(loaded, report) if not report.errors else None
    if merged is None or report.errors:
        return Composition(None, None, tuple(report.hints), tuple(report.errors))
    api = api_schema(merged.schema)
    check_satisfiability(loaded, merged, api, report)
    if report.errors:
        return Composition(None, None, tuple(report.hints), tuple(report.errors))
    supergraph = print_schema(frame(merged, loaded))
    return Composition(supergraph, print_schema(api), tuple(report.hints), ())


def _load(subgraphs: Sequence[Subgraph], report: Report) -> list[Loaded]:
    """Read the subgraphs and check each; those of federation 1 need all of them for their upgrade."""
    _check_names(subgraphs, report)
    loaded = [one for subgraph in sorted(subgraphs, key=_name) if (one := load(subgraph, report)) is not None]
    if not report.errors:
        upgrade(loaded, report)
    for one in loaded:
        if one.upgraded or not one.is_federation_1:
            check_subgraph(one, report)
    return loaded


def _name(subgraph: Subgraph) -> str:
    return subgraph.name


def _check_names(subgraphs: Sequence[Subgraph], report: Report) -> None:
    names = [subgraph.name for subgraph in subgraphs]
    for name in sorted(set(names)):
        if names.count(name) > 1 or name == "_" or not name:
            message = f'Invalid name "{name}" for a subgraph: names are unique, and neither empty nor "_".'
            report.error("INVALID_SUBGRAPH_NAME", message)


def _merge(loaded: Sequence[Loaded], report: Report) -> Merged:
    merged = merge(loaded, report)
    if not report.errors:
        check_inaccessible(merged.schema, merged.core, report)
    return merged
