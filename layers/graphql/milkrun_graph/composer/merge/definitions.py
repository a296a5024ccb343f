"""Definitions of directives: the names of those that are merged, and the executable ones that all subgraphs have."""

from collections.abc import Mapping

from milkrun_graph.composer import specs
from milkrun_graph.composer.api_schema import EXECUTABLE
from milkrun_graph.composer.issues import human
from milkrun_graph.composer.merge.composed import compose_directives
from milkrun_graph.composer.merge.inputs import merge_arguments
from milkrun_graph.composer.merge.state import State, describe
from milkrun_graph.composer.model import Applied, DirectiveDef, Field
from milkrun_graph.composer.subgraph import Loaded


def merge_directive_definitions(state: State) -> tuple[Applied, ...]:
    """Fill in the supergraph's directives; returns the links of the composed ones."""
    for name in dict.fromkeys(name for one in state.subgraphs for name in one.schema.directives):
        sources = {one.name: one.schema.directives[name] for one in state.subgraphs if name in one.schema.directives}
        _merge_executable(state, name, sources)
    return compose_directives(state)


def name_features(state: State) -> None:
    """Give merged directives the names under which the subgraphs import or use them, which must be one."""
    local = {subgraph.name: _local_names(subgraph) for subgraph in state.subgraphs}
    for spec in specs.FEATURES:
        called = {subgraph: names[spec] for subgraph, names in local.items() if spec in names}
        names = set(called.values())
        if len(names) > 1:
            described = describe({subgraph: f"@{name}" for subgraph, name in called.items()}, "as")
            message = f'The "@{spec}" directive is imported with mismatched name between subgraphs: it is imported'
            state.report.error("LINK_IMPORT_NAME_MISMATCH", f"{message} {described}")
        elif names:
            state.names[spec] = names.pop()


def _local_names(subgraph: Loaded) -> dict[str, str]:
    """What a subgraph calls the features that it uses, or at least imports.  Cache tags are carried under no name."""
    directives = subgraph.links.directives()
    imported = {alias.removeprefix("@") for link in subgraph.links.all for alias in link.imports.values()}
    used = {applied.name for applied in subgraph.schema.applications()}
    return {directives[name]: name for name in imported | used if directives.get(name, "cacheTag") != "cacheTag"}


def _merge_executable(state: State, name: str, sources: Mapping[str, DirectiveDef]) -> None:
    executable = {
        subgraph: [one for one in definition.locations if one in EXECUTABLE] for subgraph, definition in sources.items()
    }
    having = [subgraph for subgraph, locations in executable.items() if locations]
    if not having:
        return
    if len(having) < len(state.subgraphs):
        message = (
            f'Executable directive "@{name}" will not be part of the supergraph as it does not appear in all subgraphs'
        )
        state.report.hint("INCONSISTENT_EXECUTABLE_DIRECTIVE_PRESENCE", f"{message}: it is defined in {human(having)}.")
        return
    common = tuple(one for one in EXECUTABLE if all(one in locations for locations in executable.values()))
    if not common:
        message = (
            f'Executable directive "@{name}" has no location that is common to all subgraphs: it will not be in the '
            "supergraph."
        )
        state.report.hint("NO_EXECUTABLE_DIRECTIVE_INTERSECTION", message)
        return
    if any(set(locations) != set(common) for locations in executable.values()):
        message = (
            f'Executable directive "@{name}" has inconsistent locations across subgraphs: the supergraph uses '
            f"{human(common, '', '')}."
        )
        state.report.hint("INCONSISTENT_EXECUTABLE_DIRECTIVE_LOCATIONS", message)
    repeatable = all(one.repeatable for one in sources.values())
    if not repeatable and any(one.repeatable for one in sources.values()):
        message = f'Executable directive "@{name}" is repeatable in only some subgraphs'
        more = "it will not be repeatable in the supergraph."
        state.report.hint("INCONSISTENT_EXECUTABLE_DIRECTIVE_REPEATABLE", f"{message}: {more}")
    fields = {subgraph: Field(name, args=definition.args) for subgraph, definition in sources.items()}
    args = merge_arguments(state, f"@{name}", fields)
    description = next((one.description for one in sources.values() if one.description), None)
    state.schema.directives[name] = DirectiveDef(name, description, args=args, locations=common, repeatable=repeatable)
