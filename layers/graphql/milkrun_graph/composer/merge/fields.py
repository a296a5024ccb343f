"""Fields of objects and interfaces: one type, one list of arguments, and who resolves them."""

from collections.abc import Mapping
from dataclasses import dataclass

from graphql import ListValueNode, ObjectFieldNode, ObjectValueNode
from graphql.language import NameNode

from milkrun_graph.composer.fieldsets import fields_argument
from milkrun_graph.composer.issues import human
from milkrun_graph.composer.merge.directives import merge_description, merge_directives
from milkrun_graph.composer.merge.externals import check_directives, check_externals
from milkrun_graph.composer.merge.inputs import merge_arguments
from milkrun_graph.composer.merge.overrides import Overrides, override_of, read_overrides
from milkrun_graph.composer.merge.sharing import check_sharing
from milkrun_graph.composer.merge.state import State, applied, describe, enum
from milkrun_graph.composer.model import Applied, Field, TypeDef, first
from milkrun_graph.composer.rules.context import split, string_argument
from milkrun_graph.composer.subgraph import Loaded


@dataclass(frozen=True, slots=True)
class Uses:
    """All that the subgraphs say about one field: those that have it, and those that have only its type."""

    types: Mapping[str, TypeDef]
    fields: Mapping[str, Field]
    external: frozenset[str]
    overrides: Overrides

    @property
    def own(self) -> dict[str, Field]:
        """The fields of the subgraphs that resolve it, or used to."""
        return {name: field for name, field in self.fields.items() if name not in self.external}


def merge_fields(state: State, merged: TypeDef, types: Mapping[str, TypeDef]) -> None:
    """Fill in the fields of an object or interface of the supergraph."""
    for name in dict.fromkeys(field for type_ in types.values() for field in type_.fields):
        field = _merge_field(state, merged, types, name)
        if field is not None:
            merged.fields[name] = field


def _uses(state: State, types: Mapping[str, TypeDef], name: str) -> Uses:
    overrides = read_overrides(state, types, name)
    fields = {subgraph: type_.fields[name] for subgraph, type_ in types.items() if name in type_.fields}
    external = frozenset(
        subgraph for subgraph, field in fields.items() if state.named(subgraph).is_external(types[subgraph], field)
    )
    return Uses(types, fields, external, overrides)


def _merge_field(state: State, merged: TypeDef, types: Mapping[str, TypeDef], name: str) -> Field | None:
    uses = _uses(state, types, name)
    coordinate = f"{merged.name}.{name}"
    own = uses.own or (uses.fields if _has_stand_in(state, merged, name) else {})
    if not own:
        if uses.fields:
            message = (
                f'Field "{coordinate}" is marked @external on all the subgraphs in which it is listed '
                f"({human(uses.fields)})."
            )
            state.report.error("EXTERNAL_MISSING_ON_BASE", message, state.places(uses.fields))
        return None
    if merged.kind == "OBJECT":
        check_sharing(state, merged, name, uses.types, uses.overrides)
    _hint_absence(state, merged, name, uses)
    type_ = _merge_type(state, coordinate, own)
    field = Field(name, type=type_ or next(iter(own.values())).type)
    field.args = merge_arguments(state, coordinate, own)
    merge_description(state, coordinate, field, own)
    merge_directives(state, coordinate, field, uses.fields)
    check_directives(state, coordinate, {subgraph: uses.fields[subgraph] for subgraph in uses.external})
    if type_ is not None and uses.external:
        external = {subgraph: uses.fields[subgraph] for subgraph in uses.external}
        check_externals(state, coordinate, field, own, external)
    field.directives[:0] = _join_fields(state, field, uses)
    return field


def _has_stand_in(state: State, merged: TypeDef, name: str) -> bool:
    """Whether an interface object resolves the field for the type."""
    return any(
        name in stand_in.fields and not subgraph.is_external(stand_in, stand_in.fields[name])
        for interface in merged.interfaces
        for subgraph in state.subgraphs
        if subgraph.is_interface_object(interface)
        for stand_in in [subgraph.schema.types[interface]]
    )


def _is_only_mentioned(subgraph: Loaded, type_: TypeDef) -> bool:
    return all(subgraph.is_marked_external(type_, field) for field in type_.fields.values())


def _hint_absence(state: State, merged: TypeDef, name: str, uses: Uses) -> None:
    absent = [
        subgraph
        for subgraph, type_ in uses.types.items()
        if name not in type_.fields and not _is_only_mentioned(state.named(subgraph), type_)
    ]
    entity = any(type_.has("key") for type_ in uses.types.values())
    if not absent or entity or merged.name in ("Query", "Mutation", "Subscription"):
        return
    kind = "interface" if merged.kind == "INTERFACE" else "non-entity object"
    code = (
        "INCONSISTENT_INTERFACE_VALUE_TYPE_FIELD"
        if merged.kind == "INTERFACE"
        else "INCONSISTENT_OBJECT_VALUE_TYPE_FIELD"
    )
    coordinate = f"{merged.name}.{name}"
    message = (
        f'Field "{coordinate}" of {kind} type "{merged.name}" is defined in some but not all subgraphs that define '
        f'"{merged.name}"'
    )
    state.report.hint(
        code, f"{message}: it is defined in {human(uses.fields or uses.types)} but not in {human(absent)}."
    )


def _merge_type(state: State, coordinate: str, fields: Mapping[str, Field]) -> str | None:
    best = ""
    types = {subgraph: field.type for subgraph, field in fields.items()}
    for one in types.values():
        if not best or state.sub_type(best, one):
            best = one
        elif one != best and not state.sub_type(one, best):
            message = f'Type of field "{coordinate}" is incompatible across subgraphs: it has {describe(types)}'
            state.report.error("FIELD_TYPE_MISMATCH", message, state.places(fields))
            return None
    if any(one != best for one in types.values()):
        message = (
            f'Type of field "{coordinate}" is inconsistent but compatible across subgraphs: will use type "{best}"; '
            f"it has {describe(types)}."
        )
        state.report.hint("INCONSISTENT_BUT_COMPATIBLE_FIELD_TYPE", message, state.places(fields))
    return best


def _join_fields(state: State, field: Field, uses: Uses) -> list[Applied]:
    same_types = all(one.type == field.type for one in uses.fields.values())
    if not _is_needed(uses, same_types):
        return []
    return [
        _join_field(state, subgraph, one, uses, same_types)
        for subgraph, one in uses.fields.items()
        if not override_of(uses.overrides, subgraph).removed
    ]


def _is_needed(uses: Uses, same_types: bool) -> bool:
    """Without the directive a field is resolved by all subgraphs that have its type."""
    moved = any(override.source is None for override in uses.overrides.values())
    if not same_types or uses.external or len(uses.fields) < len(uses.types) or moved:
        return True
    specs = ("requires", "provides")
    return any(field.has(spec) for field in uses.fields.values() for spec in specs) or any(
        arg.has("fromContext") for field in uses.fields.values() for arg in field.args.values()
    )


def _join_field(state: State, subgraph: str, field: Field, uses: Uses, same_types: bool) -> Applied:
    override = override_of(uses.overrides, subgraph)
    return applied(
        "join__field",
        graph=enum(state.graphs[subgraph]),
        requires=_field_set(field, "requires"),
        provides=_field_set(field, "provides"),
        type=None if same_types else field.type,
        external=True if subgraph in uses.external else None,
        override=override.source,
        usedOverridden=override.used or None,
        overrideLabel=override.label,
        contextArguments=_context_arguments(subgraph, field),
    )


def _field_set(field: Field, spec: str) -> str | None:
    one = first(field.having(spec))
    return fields_argument(one) if one is not None else None


def _context_arguments(subgraph: str, field: Field) -> ListValueNode | None:
    found = []
    for arg in field.args.values():
        use = first(arg.having("fromContext"))
        parts = split(string_argument(use, "field")) if use is not None else None
        if parts is not None:
            one = applied("", context=f"{subgraph}__{parts[0]}", name=arg.name, type=arg.type, selection=parts[1])
            entries = [ObjectFieldNode(name=NameNode(value=key), value=value) for key, value in one.args.items()]
            found.append(ObjectValueNode(fields=tuple(entries)))
    return ListValueNode(values=tuple(found)) if found else None
