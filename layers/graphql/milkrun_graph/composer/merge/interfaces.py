"""Interfaces: what interface objects add to the implementations, and what the implementations owe their interfaces."""

from milkrun_graph.composer.issues import human, locate
from milkrun_graph.composer.merge.sharing import check_sharing
from milkrun_graph.composer.merge.state import State, applied
from milkrun_graph.composer.model import Applied, Field, InputValue, TypeDef

_OF_JOIN = "join__"


def copy_interface_fields(state: State) -> None:
    """Give every implementation the fields that only an interface object resolves, as fields of no graph of its own."""
    for interface in state.schema.of_kind("INTERFACE"):
        added = _added_fields(state, interface)
        if not added:
            continue
        for type_ in state.schema.implementations(interface.name):
            for field in added:
                if field.name not in type_.fields and type_.kind == "OBJECT":
                    check_sharing(state, type_, field.name, {}, {})
                    type_.fields[field.name] = _copy(field)


def _added_fields(state: State, interface: TypeDef) -> list[Field]:
    names: dict[str, None] = {}
    for subgraph in state.subgraphs:
        if subgraph.is_interface_object(interface.name):
            type_ = subgraph.schema.types[interface.name]
            names |= {field.name: None for field in type_.fields.values() if not subgraph.is_external(type_, field)}
    return [interface.fields[name] for name in names if name in interface.fields]


def _copy(field: Field) -> Field:
    def plain(directives: list[Applied]) -> list[Applied]:
        return [one for one in directives if not one.name.startswith(_OF_JOIN)]

    args = {
        name: InputValue(name, arg.description, plain(arg.directives), type=arg.type, default=arg.default)
        for name, arg in field.args.items()
    }
    directives = [applied("join__field"), *plain(field.directives)]
    return Field(field.name, field.description, directives, type=field.type, args=args)


def check_keys(state: State) -> None:
    """Who can be asked for an entity by its interface must know every object that it can be."""
    for subgraph in state.subgraphs:
        for type_ in subgraph.schema.of_kind("INTERFACE"):
            merged = state.schema.types[type_.name]
            keys = [key for key in type_.having("key") if getattr(key.args.get("resolvable"), "value", True)]
            known = {one.name for one in subgraph.schema.implementations(type_.name)}
            every = {one.name for one in state.schema.implementations(type_.name) if one.kind == "OBJECT"}
            if keys and merged.kind == "INTERFACE" and every - known:
                message = (
                    f'[{subgraph.name}] Interface type "{type_.name}" has a resolvable key but the subgraph does not '
                    "define"
                )
                more = f"{human(sorted(every - known), 'type', 'types')}, which implement it elsewhere."
                where = locate(subgraph.name, type_.node)
                state.report.error("INTERFACE_KEY_MISSING_IMPLEMENTATION_TYPE", f"{message} {more}", where)


def check_implementations(state: State) -> None:
    """Every implementation must have every field of its interfaces in some subgraph, and keep to its type."""
    if state.report.errors:
        return
    for union in state.schema.of_kind("UNION"):
        for name in union.members:
            if name in state.schema.types and state.schema.types[name].kind != "OBJECT":
                message = f'Union type "{union.name}" cannot have "{name}" as a member: it is no object type.'
                state.report.error("INVALID_GRAPHQL", message, state.places(state.sources(union.name)))
    for type_ in state.schema.of_kind("OBJECT", "INTERFACE"):
        for name in type_.interfaces:
            interface = state.schema.types.get(name)
            for field in interface.fields.values() if interface is not None else ():
                if field.name not in type_.fields:
                    _report(state, type_, name, field)
                else:
                    _compare(
                        state, f"{type_.name}.{field.name}", type_.fields[field.name], f"{name}.{field.name}", field
                    )


def _compare(state: State, place: str, mine: Field, above: str, theirs: Field) -> None:
    """GraphQL specification, section 3.6.1: a field's type is covariant, its arguments are the interface's."""
    faults = []
    if mine.type != theirs.type and not state.sub_type(mine.type, theirs.type):
        faults.append(f"{above} expects type {theirs.type} but {place} of type {mine.type} is not a proper subtype.")
    for arg in theirs.args.values():
        if arg.name not in mine.args:
            faults.append(f"argument {above}({arg.name}:) expected but {place} does not provide it.")
        elif mine.args[arg.name].type != arg.type:
            faults.append(
                f"argument {above}({arg.name}:) expects type {arg.type} but {place}({arg.name}:) has another."
            )
    for arg in mine.args.values():
        if arg.required and arg.name not in theirs.args:
            faults.append(f"field {place} includes required argument {arg.name} that is missing from {above}.")
    for fault in faults:
        state.report.error("INVALID_GRAPHQL", f"Interface field {fault}")


def _report(state: State, type_: TypeDef, interface: str, field: Field) -> None:
    having = [subgraph for subgraph, one in state.sources(interface).items() if field.name in one.fields]
    saying = [subgraph for subgraph, one in state.sources(type_.name).items() if interface in one.interfaces]
    message = f'Interface field "{interface}.{field.name}" is declared in {human(having)} but type "{type_.name}"'
    more = f'which implements "{interface}" in {human(saying)} does not have field "{field.name}".'
    state.report.error("INTERFACE_FIELD_NO_IMPLEM", f"{message}, {more}", state.places(state.sources(type_.name)))
