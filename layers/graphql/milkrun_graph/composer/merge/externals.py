"""External fields: what a subgraph says of a field that it does not resolve must be what the others say."""

from collections.abc import Mapping

from graphql import print_ast

from milkrun_graph.composer.issues import human, locate
from milkrun_graph.composer.merge.state import State, describe
from milkrun_graph.composer.model import Field

_MERGED = ("tag", "inaccessible")


def check_externals(
    state: State, coordinate: str, merged: Field, own: Mapping[str, Field], external: Mapping[str, Field]
) -> None:
    """Compare the external declarations of a field with the merged one."""
    where = state.places(external)
    types = {subgraph: field.type for subgraph, field in external.items()}
    if any(one != merged.type for one in types.values()):
        described = describe({subgraph: merged.type for subgraph in own} | types)
        message = (
            f'Type of field "{coordinate}" is incompatible across subgraphs (where marked @external): it has '
            f"{described}"
        )
        state.report.error("EXTERNAL_TYPE_MISMATCH", message, where)
    for arg in merged.args.values():
        place = f"{coordinate}({arg.name}:)"
        absent = [subgraph for subgraph, field in external.items() if arg.name not in field.args]
        if absent:
            message = (
                f'Field "{coordinate}" is missing argument "{place}" in some subgraphs where it is marked @external: '
                f"{human(absent)}."
            )
            state.report.error("EXTERNAL_ARGUMENT_MISSING", message, where)
        for field in external.values():
            theirs = field.args.get(arg.name)
            if theirs is None:
                continue
            if theirs.type != arg.type and not state.sub_type(arg.type, theirs.type):
                message = (
                    f'Type of argument "{place}" is incompatible across subgraphs (where "{coordinate}" is marked '
                    "@external)"
                )
                state.report.error("EXTERNAL_ARGUMENT_TYPE_MISMATCH", message, where)
            mine = print_ast(arg.default) if arg.default else None
            if mine != (print_ast(theirs.default) if theirs.default else None):
                message = (
                    f'Argument "{place}" has incompatible defaults across subgraphs (where "{coordinate}" is marked '
                    "@external)"
                )
                state.report.error("EXTERNAL_ARGUMENT_DEFAULT_MISMATCH", message, where)


def check_directives(state: State, coordinate: str, external: Mapping[str, Field]) -> None:
    """What is merged into the supergraph must be said where the field is resolved."""
    for subgraph, field in external.items():
        for applied in field.directives:
            if applied.spec in _MERGED:
                message = f'[{subgraph}] Cannot apply merged directive @{applied.name} to external field "{coordinate}"'
                where = locate(subgraph, applied.node)
                state.report.error("MERGED_DIRECTIVE_APPLICATION_ON_EXTERNAL", message, where)
