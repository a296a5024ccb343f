"""Reads a supergraph document into tables, without building a schema of it (which would cost several parses)."""

from graphql import GraphQLError, parse

from milkrun_graph.errors import SupergraphInvalid
from milkrun_graph.supergraph.document import Document
from milkrun_graph.supergraph.merged import read_merged_types
from milkrun_graph.supergraph.subtypes import SubTypes
from milkrun_graph.supergraph.tables import Kind, SubType, Supergraph, SuperType


def read_supergraph(sdl: str) -> Supergraph:
    """The tables of a supergraph (join v0.1 to v0.5). Raises SupergraphInvalid."""
    try:
        document = Document(parse(sdl, no_location=True))
    except GraphQLError as error:
        raise SupergraphInvalid(f"the supergraph is not GraphQL: {error.message}") from error
    types = read_merged_types(document)
    subtypes = SubTypes(document).read()
    return Supergraph(
        graphs=document.graphs,
        types=types,
        subtypes=subtypes,
        roots=document.roots,
        interfaces=_interfaces(types),
        labels=_labels(subtypes),
    )


def _interfaces(types: dict[str, SuperType]) -> dict[str, frozenset[str]]:
    """The interfaces that each object type implements."""
    found: dict[str, set[str]] = {name: set() for name, known in types.items() if known.kind is Kind.OBJECT}
    for name, known in types.items():
        if known.kind is Kind.INTERFACE:
            for implementing in known.possible:
                found.setdefault(implementing, set()).add(name)
    return {name: frozenset(interfaces) for name, interfaces in found.items()}


def _labels(subtypes: dict[str, dict[str, SubType]]) -> frozenset[str]:
    return frozenset(
        field.label
        for graphs in subtypes.values()
        for subtype in graphs.values()
        for field in subtype.fields.values()
        if field.label
    )
