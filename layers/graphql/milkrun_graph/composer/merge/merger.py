"""The order of a merge: kinds, then hierarchies, then fields, then what depends on how types are used."""

from collections.abc import Sequence
from dataclasses import dataclass

from milkrun_graph.composer.fieldsets import fields_argument
from milkrun_graph.composer.issues import Report, human, locate
from milkrun_graph.composer.merge.authorization import check_transitive_requirements, guard_interfaces
from milkrun_graph.composer.merge.definitions import merge_directive_definitions, name_features
from milkrun_graph.composer.merge.directives import merge_description, merge_directives
from milkrun_graph.composer.merge.fields import merge_fields
from milkrun_graph.composer.merge.inputs import merge_input_object
from milkrun_graph.composer.merge.interfaces import check_implementations, check_keys, copy_interface_fields
from milkrun_graph.composer.merge.members import enum_positions, merge_enum, merge_union
from milkrun_graph.composer.merge.state import Sources, State, applied, describe, enum, graph_names
from milkrun_graph.composer.model import ROOTS, Applied, Kind, Schema, TypeDef
from milkrun_graph.composer.rules.context import string_argument
from milkrun_graph.composer.subgraph import Loaded


@dataclass(frozen=True, slots=True)
class Merged:
    """The supergraph's schema, and what it takes to print it and to search it.

    `moved` and `arrived` are the coordinates (subgraph, type, field) that `@override` takes from one subgraph and gives
    to another, with the label on which that depends.  `core` are the directives (`@name`) and types of specifications
    that are composed.
    """

    schema: Schema
    graphs: dict[str, str]
    features: dict[str, str]
    custom_links: tuple[Applied, ...]
    moved: dict[tuple[str, str, str], str | None]
    arrived: dict[tuple[str, str, str], str]
    core: frozenset[str] = frozenset()


def merge(subgraphs: Sequence[Loaded], report: Report) -> Merged:
    """Merge subgraphs; what cannot be merged is in the report."""
    ordered = sorted(subgraphs, key=lambda one: one.name)
    state = State(ordered, report, graphs=graph_names(one.name for one in ordered))
    name_features(state)
    custom = merge_directive_definitions(state)
    sources = _shallow(state)
    _roots(state)
    _hierarchy(state, sources)
    for kind in ("INPUT_OBJECT", "OBJECT", "INTERFACE"):
        for name in [one.name for one in state.schema.of_kind(kind)]:
            _merge_type(state, state.schema.types[name], sources[name])
    read, written = enum_positions(state.schema)
    for type_ in list(state.schema.of_kind("UNION", "SCALAR")):
        _merge_type(state, type_, sources[type_.name])
    for type_ in list(state.schema.of_kind("ENUM")):
        merge_enum(state, type_, sources[type_.name], read.get(type_.name), written.get(type_.name))
        _merge_type(state, type_, sources[type_.name])
    _merge_schema(state)
    copy_interface_fields(state)
    guard_interfaces(state)
    check_keys(state)
    check_implementations(state)
    check_transitive_requirements(state)
    return Merged(
        state.schema,
        state.graphs,
        {name: state.names.get(name, name) for name in state.features},
        custom,
        state.moved,
        state.arrived,
        _core(state),
    )


def _core(state: State) -> frozenset[str]:
    prefixes = tuple(f"{prefix}__" for prefix in state.core_prefixes)
    types = {name for name in state.schema.types if name.startswith(prefixes)} if prefixes else set()
    return frozenset(types | {f"@{name}" for name in state.composed})


def _shallow(state: State) -> dict[str, Sources]:
    """Every type, with its kind and nothing else yet."""
    found = {}
    for name in dict.fromkeys(name for one in state.subgraphs for name in one.schema.types):
        sources = state.sources(name)
        kind = _kind(state, name, sources)
        state.schema.types[name] = TypeDef(name, kind=kind, has_base=True)
        found[name] = {
            subgraph: type_
            for subgraph, type_ in sources.items()
            if kind == ("INTERFACE" if state.named(subgraph).is_interface_object(name) else type_.kind)
        }
        if name not in ROOTS.values():
            _check_bases(state, name, found[name])
    if not any(one.type("Query") for one in state.subgraphs):
        message = "No queries found in any subgraph: a supergraph must have a query root type."
        state.report.error("NO_QUERIES", message)
    return found


def _check_bases(state: State, name: str, sources: Sources) -> None:
    """Somebody must define what others extend."""
    if any(type_.has_base for type_ in sources.values()):
        return
    for subgraph, type_ in sources.items():
        message = f'[{subgraph}] Type "{name}" is an extension type, but no subgraph has a type definition for it.'
        state.report.error("EXTENSION_WITH_NO_BASE", message, locate(subgraph, type_.node))


def _kind(state: State, name: str, sources: Sources) -> Kind:
    stand_ins = [subgraph for subgraph in sources if state.named(subgraph).is_interface_object(name)]
    kinds = {subgraph: "INTERFACE" if subgraph in stand_ins else type_.kind for subgraph, type_ in sources.items()}
    words = {
        subgraph: "Interface Object Type (Object Type with @interfaceObject)"
        if subgraph in stand_ins
        else _word(type_.kind)
        for subgraph, type_ in sources.items()
    }
    if len(set(kinds.values())) > 1:
        message = f'Type "{name}" has mismatched kind: it is defined as {describe(words, "", "")}'
        state.report.error("TYPE_KIND_MISMATCH", message, state.places(sources))
    elif len(stand_ins) == len(sources):
        message = (
            f'Type "{name}" is declared with @interfaceObject in all the subgraphs in which it is defined '
            f"({human(stand_ins)})"
        )
        state.report.error("INTERFACE_OBJECT_USAGE_ERROR", message, state.places(sources))
    return next(iter(kinds.values()))


def _word(kind: Kind) -> str:
    return kind.replace("_", " ").title() + " Type"


def _roots(state: State) -> None:
    for operation, name in ROOTS.items():
        if name in state.schema.types:
            state.schema.roots[operation] = name


def _hierarchy(state: State, sources: dict[str, Sources]) -> None:
    """Interfaces and members first: whether types are compatible depends on them."""
    for type_ in state.schema.of_kind("OBJECT", "INTERFACE"):
        for subgraph, one in sources[type_.name].items():
            for name in one.interfaces:
                if name not in type_.interfaces:
                    type_.interfaces.append(name)
                type_.directives.append(applied("join__implements", graph=enum(state.graphs[subgraph]), interface=name))
    for type_ in state.schema.of_kind("UNION"):
        merge_union(state, type_, sources[type_.name])


def _merge_type(state: State, merged: TypeDef, types: Sources) -> None:
    merge_description(state, merged.name, merged, types)
    joins = [one for subgraph, type_ in types.items() for one in _join_types(state, subgraph, type_)]
    merged.directives[:0] = joins
    merge_directives(state, merged.name, merged, types)
    _merge_contexts(state, merged, types)
    if merged.kind in ("OBJECT", "INTERFACE"):
        _hint_entity(state, merged, types)
        if merged.name == "Query":
            types = {one.name: types.get(one.name, TypeDef("Query")) for one in state.subgraphs}
            merged.directives = [one for one in merged.directives if one.name != "join__type"]
            merged.directives[:0] = [
                join for subgraph, type_ in types.items() for join in _join_types(state, subgraph, type_)
            ]
        merge_fields(state, merged, types)
    elif merged.kind == "INPUT_OBJECT":
        merge_input_object(state, merged, types)


def _join_types(state: State, subgraph: str, type_: TypeDef) -> list[Applied]:
    graph = enum(state.graphs[subgraph])
    stand_in = True if state.named(subgraph).is_interface_object(type_.name) else None
    keys = type_.having("key")
    if not keys:
        return [applied("join__type", graph=graph, isInterfaceObject=stand_in)]
    found = []
    for key in keys:
        resolvable = getattr(key.args.get("resolvable"), "value", True)
        extension = key.extension or type_.has("extends")
        found.append(
            applied(
                "join__type",
                graph=graph,
                key=fields_argument(key),
                extension=True if extension else None,
                resolvable=None if resolvable else False,
                isInterfaceObject=stand_in,
            )
        )
    return found


def _hint_entity(state: State, merged: TypeDef, types: Sources) -> None:
    having = [subgraph for subgraph, type_ in types.items() if type_.has("key")]
    absent = [subgraph for subgraph in types if subgraph not in having]
    if merged.kind == "OBJECT" and having and absent:
        message = (
            f'Type "{merged.name}" is declared as an entity (has a @key applied) in some but not all defining subgraphs'
        )
        more = f"it has no @key in {human(absent)} but has some @key in {human(having)}."
        state.report.hint("INCONSISTENT_ENTITY", f"{message}: {more}")


def _merge_contexts(state: State, merged: TypeDef, types: Sources) -> None:
    for subgraph, type_ in types.items():
        for one in type_.having("context"):
            state.features["context"] = None
            name = f"{subgraph}__{string_argument(one, 'name')}"
            merged.directives.append(applied(state.names.get("context", "context"), name=name))


def _merge_schema(state: State) -> None:
    """Directives on the schema itself: tags, and composed ones."""
    holder = TypeDef("schema")
    sources = {one.name: TypeDef("schema", directives=one.schema.applied) for one in state.subgraphs}
    merge_directives(state, "schema", holder, sources)
    state.schema.applied = holder.directives
