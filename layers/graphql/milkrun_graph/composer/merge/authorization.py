"""Authorization across subgraphs: interfaces ask for what their implementations ask for, and nothing gets round it."""

from collections.abc import Iterator, Mapping

from milkrun_graph.composer.fieldsets import FieldSet, FieldSetFault, walk
from milkrun_graph.composer.issues import locate
from milkrun_graph.composer.merge.directives import alternatives, conjunction, merge_directives
from milkrun_graph.composer.merge.state import State
from milkrun_graph.composer.model import Element, Field, TypeDef, first, named
from milkrun_graph.composer.rules.authorization import GUARDS
from milkrun_graph.composer.rules.context import contexts_of, read_context_selection, split, string_argument
from milkrun_graph.composer.subgraph import Loaded

Alternatives = frozenset[frozenset[str]]
_ARGUMENTS = {"requiresScopes": "scopes", "policy": "policies"}


def guard_interfaces(state: State) -> None:
    """Put the requirements of all implementations on each interface and its fields."""
    for interface in state.schema.of_kind("INTERFACE"):
        impls = {one.name: one for one in state.schema.implementations(interface.name) if one.kind == "OBJECT"}
        _guard(state, interface.name, interface, impls)
        for field in interface.fields.values():
            fields = {name: one.fields[field.name] for name, one in impls.items() if field.name in one.fields}
            _guard(state, f"{interface.name}.{field.name}", field, fields)


def _guard(state: State, place: str, target: Element, sources: Mapping[str, TypeDef] | Mapping[str, Field]) -> None:
    guards = {
        name: Element(name, directives=[applied for applied in one.directives if applied.spec in GUARDS])
        for name, one in sources.items()
    }
    if any(one.directives for one in guards.values()):
        merge_directives(state, place, target, guards)


def check_transitive_requirements(state: State) -> None:
    """A field computed from guarded fields must be guarded as well as they are."""
    if state.report.errors or not set(GUARDS) & set(state.features):
        return
    for subgraph in state.subgraphs:
        for type_ in subgraph.schema.of_kind("OBJECT"):
            for field in type_.fields.values():
                for selections, what in _inputs_of(subgraph, type_, field):
                    _check(state, subgraph, (type_, field), selections, what)


def _inputs_of(subgraph: Loaded, type_: TypeDef, field: Field) -> Iterator[tuple[FieldSet, str]]:
    for use in field.having("requires"):
        yield subgraph.usable(type_.name, use), "@requires"
    for arg in field.args.values():
        use_of_context = first(arg.having("fromContext"))
        parts = split(string_argument(use_of_context, "field")) if use_of_context is not None else None
        for place in contexts_of(subgraph).get(parts[0], []) if parts is not None else []:
            try:
                yield read_context_selection(subgraph, place.name, parts[1] if parts else ""), "@fromContext"
            except FieldSetFault:
                continue


def _check(state: State, subgraph: Loaded, place: tuple[TypeDef, Field], selections: FieldSet, what: str) -> None:
    type_, field = place
    merged = state.schema.types.get(type_.name)
    if merged is None or field.name not in merged.fields:
        return
    for guard in GUARDS:
        mine = _needs(guard, merged, merged.fields[field.name])
        for one in walk(selections):
            parent = state.schema.types.get(one.parent)
            used = parent.fields.get(one.name) if parent is not None and one.name else None
            if used is None:
                continue
            below = state.schema.types.get(named(used.type))
            theirs = _needs(guard, used, *([below] if below is not None else []))
            if not all(any(need <= have for need in theirs) for have in mine):
                message = (
                    f'[{subgraph.name}] Field "{type_.name}.{field.name}" does not specify the necessary auth '
                    "requirements"
                )
                more = f'to access the transitive field "{one.parent}.{one.name}" from its {what} selection set.'
                where = locate(subgraph.name, field.node)
                state.report.error("MISSING_TRANSITIVE_AUTH_REQUIREMENTS", f"{message} {more}", where)
                return


def _needs(guard: str, *elements: Element) -> Alternatives:
    """What one directive asks for on all of these elements, as alternatives."""
    found = []
    for element in elements:
        for applied in element.having(guard):
            argument = _ARGUMENTS.get(guard)
            if argument is None:
                found.append(frozenset({frozenset({"authenticated"})}))
            elif argument in applied.args:
                found.append(alternatives(applied.args[argument]))
    return conjunction(found)
