"""Unions and enums: members and values, and who has which."""

from collections.abc import Mapping

from milkrun_graph.composer.issues import human
from milkrun_graph.composer.merge.directives import merge_description, merge_directives
from milkrun_graph.composer.merge.state import State, applied, enum
from milkrun_graph.composer.model import EnumValue, Schema, TypeDef, named


def merge_union(state: State, merged: TypeDef, types: Mapping[str, TypeDef]) -> None:
    """A union has every member that any subgraph gives it."""
    for member in dict.fromkeys(one for type_ in types.values() for one in type_.members):
        having = [subgraph for subgraph, type_ in types.items() if member in type_.members]
        absent = [subgraph for subgraph in types if subgraph not in having]
        merged.members.append(member)
        merged.directives += [
            applied("join__unionMember", graph=enum(state.graphs[subgraph]), member=member) for subgraph in having
        ]
        if absent:
            message = (
                f'Union type "{merged.name}" includes member type "{member}" in some but not all defining subgraphs'
            )
            more = f"it is defined in {human(having)} but not in {human(absent)}."
            state.report.hint("INCONSISTENT_UNION_MEMBER", f"{message}: {more}")


def enum_positions(schema: Schema) -> tuple[dict[str, str], dict[str, str]]:
    """Where in a schema types are used as inputs and as outputs: an example of each."""
    inputs: dict[str, str] = {}
    outputs: dict[str, str] = {}
    for type_ in schema.types.values():
        for field in type_.fields.values():
            outputs.setdefault(named(field.type), f"{type_.name}.{field.name}")
            for arg in field.args.values():
                inputs.setdefault(named(arg.type), f"{type_.name}.{field.name}({arg.name}:)")
        for one in type_.inputs.values():
            inputs.setdefault(named(one.type), f"{type_.name}.{one.name}")
    for directive in schema.directives.values():
        for arg in directive.args.values():
            inputs.setdefault(named(arg.type), f"@{directive.name}({arg.name}:)")
    return inputs, outputs


def merge_enum(
    state: State, merged: TypeDef, types: Mapping[str, TypeDef], read: str | None, written: str | None
) -> None:
    """An output enum has all values, an input enum those that all know; one that is both is the same everywhere."""
    if read is None and written is None:
        message = (
            f'Enum type "{merged.name}" is defined but unused. It will be included with all the values of any subgraph.'
        )
        state.report.hint("UNUSED_ENUM_TYPE", message)
        written = ""
    for name in dict.fromkeys(value for type_ in types.values() for value in type_.values):
        sources = {subgraph: type_.values[name] for subgraph, type_ in types.items() if name in type_.values}
        value = EnumValue(name)
        merge_description(state, f"{merged.name}.{name}", value, sources)
        merge_directives(state, f"{merged.name}.{name}", value, sources)
        absent = [subgraph for subgraph in types if subgraph not in sources]
        if absent and not _reconcile(state, merged, value, (list(sources), absent), (read, written)):
            continue
        value.directives += [applied("join__enumValue", graph=enum(state.graphs[subgraph])) for subgraph in sources]
        merged.values[name] = value
    if not merged.values:
        message = (
            f'None of the values of enum type "{merged.name}" are defined consistently in all the subgraphs defining '
            "that type."
        )
        state.report.error("EMPTY_MERGED_ENUM_TYPE", message, state.places(types))


def _reconcile(
    state: State,
    merged: TypeDef,
    value: EnumValue,
    subgraphs: tuple[list[str], list[str]],
    used: tuple[str | None, str | None],
) -> bool:
    """Whether a value that not all subgraphs have stays."""
    having, absent = subgraphs
    read, written = used
    more = f'"{value.name}" is defined in {human(having)} but not in {human(absent)}'
    inaccessible = value.has("inaccessible")
    if read is not None and written is not None:
        if not inaccessible:
            message = (
                f'Enum type "{merged.name}" is used as both input type (for example, as type of "{read}") and output '
                "type"
            )
            detail = (
                f'(for example, as type of "{written}"), but value "{value.name}" is not in all the subgraphs: {more}'
            )
            state.report.error("ENUM_VALUE_MISMATCH", f"{message} {detail}")
        return True
    if read is not None:
        if not inaccessible:
            message = (
                f'Value "{value.name}" of enum type "{merged.name}" will not be part of the supergraph as it is not '
                "in all subgraphs"
            )
            state.report.hint("INCONSISTENT_ENUM_VALUE_FOR_INPUT_ENUM", f"{message}: {more}.")
        return inaccessible
    message = (
        f'Value "{value.name}" of enum type "{merged.name}" has been added to the supergraph but is only in some '
        "subgraphs"
    )
    state.report.hint("INCONSISTENT_ENUM_VALUE_FOR_OUTPUT_ENUM", f"{message}: {more}.")
    return True
