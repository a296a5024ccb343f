"""Definitions of directives: executable ones that all subgraphs have, and custom ones that are to be composed."""

from collections.abc import Mapping

from milkrun_graph.composer import specs
from milkrun_graph.composer.api_schema import EXECUTABLE
from milkrun_graph.composer.issues import human, locate
from milkrun_graph.composer.links import Link
from milkrun_graph.composer.merge.inputs import merge_arguments
from milkrun_graph.composer.merge.state import State, applied, describe
from milkrun_graph.composer.model import Applied, DirectiveDef, Field
from milkrun_graph.composer.rules.context import string_argument
from milkrun_graph.composer.subgraph import Loaded


def merge_directive_definitions(state: State) -> tuple[Applied, ...]:
    """Fill in the supergraph's directives; returns the links of the composed ones."""
    for name in dict.fromkeys(name for one in state.subgraphs for name in one.schema.directives):
        sources = {one.name: one.schema.directives[name] for one in state.subgraphs if name in one.schema.directives}
        _merge_executable(state, name, sources)
    return _compose_custom(state)


def name_features(state: State) -> None:
    """Give merged directives the names under which the subgraphs import them, which must be one."""
    for spec in specs.FEATURES:
        imported = {
            subgraph.name: (link.url, alias)
            for subgraph in state.subgraphs
            for link in subgraph.links.all
            if (alias := link.imports.get(f"@{spec}")) is not None
        }
        names = {alias for _, alias in imported.values()}
        if len(names) > 1:
            described = describe({subgraph: alias for subgraph, (_, alias) in imported.items()}, "as")
            message = (
                f'The "@{spec}" directive is imported with mismatched name between subgraphs: it is imported '
                f"{described}"
            )
            state.report.error("LINK_IMPORT_NAME_MISMATCH", message)
        elif names:
            state.names[spec] = names.pop().removeprefix("@")


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
        message = (
            f'Executable directive "@{name}" is repeatable in only some subgraphs: it will not be in the supergraph.'
        )
        state.report.hint("INCONSISTENT_EXECUTABLE_DIRECTIVE_REPEATABLE", message)
    fields = {subgraph: Field(name, args=definition.args) for subgraph, definition in sources.items()}
    args = merge_arguments(state, f"@{name}", fields)
    description = next((one.description for one in sources.values() if one.description), None)
    state.schema.directives[name] = DirectiveDef(name, description, args=args, locations=common, repeatable=repeatable)


def _compose_custom(state: State) -> tuple[Applied, ...]:
    """The directives that `@composeDirective` names, each from the newest version of its specification."""
    newest: dict[str, tuple[Link, Loaded]] = {}
    chosen: dict[str, dict[str, str]] = {}
    for subgraph in state.subgraphs:
        for use in subgraph.schema.applied:
            if use.spec != "composeDirective":
                continue
            link, name = _linked(state, subgraph, use)
            if link is None:
                continue
            best = newest.get(link.identity)
            if best is not None and best[0].version[0] != link.version[0]:
                message = (
                    f'Core feature "{link.identity}" requested to be merged has a major version mismatch across '
                    "subgraphs"
                )
                state.report.error("DIRECTIVE_COMPOSITION_ERROR", message, locate(subgraph.name, use.node))
            if best is None or link.version > best[0].version:
                newest[link.identity] = link, subgraph
            element = _element(link, name)
            others = [one for one, of in chosen.get(link.identity, {}).items() if of == element and one != name]
            if others:
                message = (
                    f'Composed directive "@{name}" is imported with mismatched name between subgraphs: also '
                    f'"@{others[0]}"'
                )
                state.report.error("DIRECTIVE_COMPOSITION_ERROR", message, locate(subgraph.name, use.node))
            chosen.setdefault(link.identity, {})[name] = element
    return tuple(_adopt(state, *newest[identity], names) for identity, names in chosen.items())


def _linked(state: State, subgraph: Loaded, use: Applied) -> tuple[Link | None, str]:
    """The custom link that a composed directive comes from."""
    written = string_argument(use, "name") or ""
    name = written.removeprefix("@")
    where = locate(subgraph.name, use.node)
    if not written.startswith("@"):
        message = f'Argument to @composeDirective "{written}" in subgraph "{subgraph.name}" must have a leading "@"'
        state.report.error("DIRECTIVE_COMPOSITION_ERROR", message, where)
        return None, name
    if name in subgraph.links.directives():
        if subgraph.links.directives()[name] in specs.FEATURES:
            message = f'Directive "@{name}" should not be explicitly manually composed since it is automatically.'
            state.report.hint("DIRECTIVE_COMPOSITION_INFO", message, where)
        else:
            message = f'Composing federation directive "@{name}" in subgraph "{subgraph.name}" is not supported'
            state.report.error("DIRECTIVE_COMPOSITION_ERROR", message, where)
        return None, name
    link = next((one for one in subgraph.links.all if _element(one, name)), None)
    if name not in subgraph.schema.directives or link is None:
        reason = "is not a member of a linked specification" if link is None else "has no definition"
        message = f'Directive "@{name}" in subgraph "{subgraph.name}" cannot be composed because it {reason}'
        state.report.error("DIRECTIVE_COMPOSITION_ERROR", message, where)
        return None, name
    return link, name


def _element(link: Link, local: str) -> str:
    """The name that a directive has in its specification; empty if it is not from there."""
    for element, alias in link.imports.items():
        if alias == f"@{local}":
            return element
    if link.prefix == local:
        return f"@{link.name}"
    return f"@{local.removeprefix(f'{link.prefix}__')}" if f"{link.prefix}__" == local[: len(link.prefix) + 2] else ""


def _adopt(state: State, link: Link, subgraph: Loaded, names: Mapping[str, str]) -> Applied:
    for name in names:
        definition = subgraph.schema.directives.get(name)
        if definition is None:
            message = (
                f'Core feature "{link.identity}" in subgraph "{subgraph.name}" does not have a directive definition '
                f'for "@{name}"'
            )
            state.report.error("DIRECTIVE_COMPOSITION_ERROR", message)
            continue
        state.schema.directives[name] = definition
        state.composed[name] = name
    imports = [element for name, element in names.items() if element == f"@{name}"]
    return applied("link", url=link.url, **{"import": list(imports) or None})
