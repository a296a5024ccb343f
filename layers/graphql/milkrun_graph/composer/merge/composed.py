"""`@composeDirective`: custom directives that are to be in the supergraph, each from a specification that is linked."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from milkrun_graph.composer import specs
from milkrun_graph.composer.issues import locate
from milkrun_graph.composer.links import FEDERATION, LINK, Link
from milkrun_graph.composer.merge.state import State, applied
from milkrun_graph.composer.model import Applied
from milkrun_graph.composer.rules.context import string_argument
from milkrun_graph.composer.subgraph import Loaded


@dataclass(frozen=True, slots=True)
class _Wish:
    """One directive that one subgraph wants composed: its name there, and the one in its specification."""

    subgraph: Loaded
    link: Link
    name: str
    element: str
    use: Applied

    @property
    def origin(self) -> tuple[str, str]:
        """What the name stands for."""
        return self.link.identity, self.element


def compose_directives(state: State) -> tuple[Applied, ...]:
    """Fill in the composed directives, each as the newest version has it; returns the links to their specifications."""
    wishes = [
        wish
        for subgraph in state.subgraphs
        for use in subgraph.schema.applied
        if use.spec == "composeDirective" and (wish := _read(state, subgraph, use)) is not None
    ]
    _check_versions(state, wishes)
    _check_names(state, wishes)
    _hint_names(state, wishes)
    newest: dict[str, list[_Wish]] = {}
    chosen: dict[str, dict[str, str]] = {}
    for wish in wishes:
        best = newest.setdefault(wish.link.identity, [wish])
        if wish.link.version > best[0].link.version:
            best.clear()
        if not best or wish.link.version == best[0].link.version:
            best.append(wish)
        chosen.setdefault(wish.link.identity, {})[wish.name] = wish.element
    return tuple(_adopt(state, newest[identity], names) for identity, names in chosen.items())


def _check_versions(state: State, wishes: Sequence[_Wish]) -> None:
    """Major versions must agree among those who compose; of the others they are worth a look."""
    asked: dict[str, set[int]] = {}
    linked: dict[str, set[int]] = {}
    for wish in wishes:
        asked.setdefault(wish.link.identity, set()).add(wish.link.version[0])
    for link in (link for subgraph in state.subgraphs for link in subgraph.links.all):
        if link.identity not in (FEDERATION, LINK):
            linked.setdefault(link.identity, set()).add(link.version[0])
    for identity, majors in linked.items():
        if len(asked.get(identity, ())) > 1:
            message = f'Core feature "{identity}" requested to be merged has a major version mismatch across subgraphs'
            where = [spot for one in wishes for spot in locate(one.subgraph.name, one.use.node)]
            state.report.error("DIRECTIVE_COMPOSITION_ERROR", message, where)
        elif len(majors) > 1:
            message = (
                f'The major versions of "{identity}" differ between subgraphs: they do not compose its directives.'
            )
            state.report.hint("DIRECTIVE_COMPOSITION_INFO", message)


def _check_names(state: State, wishes: Sequence[_Wish]) -> None:
    """One directive has one name, and one name stands for one directive."""
    for number, wish in enumerate(wishes):
        for other in wishes[:number]:
            if wish.origin == other.origin and wish.name != other.name:
                fault = f'is imported with mismatched name between subgraphs: also "@{other.name}"'
            elif wish.name == other.name and wish.origin != other.origin:
                fault = f'is not of the same specification in every subgraph: also of "{other.link.identity}"'
            else:
                continue
            where = locate(wish.subgraph.name, wish.use.node)
            state.report.error("DIRECTIVE_COMPOSITION_ERROR", f'Composed directive "@{wish.name}" {fault}', where)


def _hint_names(state: State, wishes: Sequence[_Wish]) -> None:
    """Who calls a composed directive otherwise, without composing it, could not compose it."""
    for wish in {wish.origin: wish for wish in wishes}.values():
        asking = {one.subgraph.name for one in wishes if one.origin == wish.origin}
        for subgraph in state.subgraphs:
            links = [link for link in subgraph.links.all if link.identity == wish.link.identity]
            names = {link.imports.get(wish.element, f"@{wish.name}") for link in links}
            if subgraph.name not in asking and names - {f"@{wish.name}"}:
                message = f'Composed directive "@{wish.name}" has another name in subgraph "{subgraph.name}"'
                more = "which does not compose it; it could not under that name."
                state.report.hint("DIRECTIVE_COMPOSITION_WARN", f"{message}, {more}")


def _read(state: State, subgraph: Loaded, use: Applied) -> _Wish | None:
    """What a subgraph asks for, if it can be had."""
    written = string_argument(use, "name") or ""
    name = written.removeprefix("@")
    where = locate(subgraph.name, use.node)
    if not written.startswith("@"):
        message = f'Argument to @composeDirective "{written}" in subgraph "{subgraph.name}" must have a leading "@"'
        state.report.error("DIRECTIVE_COMPOSITION_ERROR", message, where)
        return None
    if name in subgraph.links.directives():
        if subgraph.links.directives()[name] in specs.FEATURES:
            message = f'Directive "@{name}" should not be explicitly manually composed since it is automatically.'
            state.report.hint("DIRECTIVE_COMPOSITION_INFO", message, where)
        else:
            message = f'Composing federation directive "@{name}" in subgraph "{subgraph.name}" is not supported'
            state.report.error("DIRECTIVE_COMPOSITION_ERROR", message, where)
        return None
    link = next((one for one in subgraph.links.all if _element(one, name)), None)
    if name not in subgraph.schema.directives or link is None:
        reason = "is not a member of a linked specification" if link is None else "has no definition"
        message = f'Directive "@{name}" in subgraph "{subgraph.name}" cannot be composed because it {reason}'
        state.report.error("DIRECTIVE_COMPOSITION_ERROR", message, where)
        return None
    return _Wish(subgraph, link, name, _element(link, name), use)


def _element(link: Link, local: str) -> str:
    """The name that a directive has in its specification; empty if it is not from there."""
    for element, alias in link.imports.items():
        if alias == f"@{local}":
            return element
    if link.prefix == local:
        return f"@{link.name}"
    return f"@{local.removeprefix(f'{link.prefix}__')}" if f"{link.prefix}__" == local[: len(link.prefix) + 2] else ""


def _adopt(state: State, newest: Sequence[_Wish], names: Mapping[str, str]) -> Applied:
    """Take over directives as the newest version defines them: the last subgraph that does."""
    link = newest[0].link
    state.core_prefixes.update(one.link.prefix for one in newest)
    for name in names:
        definitions = [one.subgraph.schema.directives.get(name) for one in newest]
        definition = next((one for one in reversed(definitions) if one is not None), None)
        if definition is None:
            message = f'Core feature "{link.identity}" in subgraph "{newest[0].subgraph.name}" has no definition'
            state.report.error("DIRECTIVE_COMPOSITION_ERROR", f'{message} for "@{name}", which others compose')
            continue
        state.schema.directives[name] = definition
        state.composed[name] = name
    imports = [element for name, element in names.items() if element == f"@{name}"]
    return applied("link", url=link.url, **{"import": list(imports) or None})
