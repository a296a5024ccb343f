"""`@shareable`: a field that several subgraphs resolve must be so marked in all of them."""

from collections.abc import Iterator, Mapping

from milkrun_graph.composer.issues import human, locate
from milkrun_graph.composer.merge.overrides import Overrides, override_of
from milkrun_graph.composer.merge.state import State
from milkrun_graph.composer.model import ROOTS, TypeDef
from milkrun_graph.composer.subgraph import Loaded


def check_sharing(state: State, merged: TypeDef, name: str, types: Mapping[str, TypeDef], overrides: Overrides) -> None:
    """Report a field of an object that is resolved more than once without everybody's consent."""
    if merged.name == ROOTS["subscription"]:
        _check_subscription(state, name, types)
    resolving = list(_resolving(state, merged, name, types, overrides))
    if len({subgraph.name for subgraph, _ in resolving}) < 2:  # noqa: PLR2004 - one resolver shares with nobody
        return
    # A subgraph that provides a field of others says by that already that it is shared.
    alone = [
        subgraph.name
        for subgraph, type_ in resolving
        if not subgraph.is_external(type_, type_.fields[name]) and not subgraph.is_shareable(type_, type_.fields[name])
    ]
    if alone:
        every = sorted({subgraph.name for subgraph, _ in resolving})
        message = f'Non-shareable field "{merged.name}.{name}" is resolved from multiple subgraphs'
        where = [spot for subgraph, type_ in resolving for spot in locate(subgraph.name, type_.fields[name].node)]
        more = f"it is resolved from {human(every)} and defined as non-shareable in {human(sorted(set(alone)))}"
        state.report.error("INVALID_FIELD_SHARING", f"{message}: {more}", where)


def _check_subscription(state: State, name: str, types: Mapping[str, TypeDef]) -> None:
    """Who subscribes needs one source of events."""
    sharing = {subgraph: type_.fields[name] for subgraph, type_ in types.items() if name in type_.fields}
    sharing = {subgraph: field for subgraph, field in sharing.items() if field.has("shareable")}
    if sharing:
        message = f'Field "Subscription.{name}" cannot be @shareable: events come from one subgraph.'
        state.report.error("INVALID_FIELD_SHARING", message, state.places(sharing))


def _resolving(
    state: State, merged: TypeDef, name: str, types: Mapping[str, TypeDef], overrides: Overrides
) -> Iterator[tuple[Loaded, TypeDef]]:
    """Who resolves the field: on the type itself, or on an interface that the type implements."""
    for subgraph in state.subgraphs:
        type_ = types.get(subgraph.name)
        if type_ is not None and _resolves(subgraph, type_, name):
            override = override_of(overrides, subgraph.name)
            if override.source is not None or not _is_overridden(overrides, subgraph.name):
                yield subgraph, type_
        for interface in merged.interfaces:
            if subgraph.is_interface_object(interface):
                stand_in = subgraph.schema.types[interface]
                if _resolves(subgraph, stand_in, name):
                    yield subgraph, stand_in


def _resolves(subgraph: Loaded, type_: TypeDef, name: str) -> bool:
    return name in type_.fields and subgraph.is_resolved(type_, type_.fields[name])


def _is_overridden(overrides: Overrides, subgraph: str) -> bool:
    override = overrides.get(subgraph)
    return override is not None and override.source is None
