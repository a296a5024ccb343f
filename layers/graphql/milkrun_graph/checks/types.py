"""Changes of types: their fields, values, members and interfaces."""

from collections.abc import Iterator, Mapping
from typing import Any

from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLScalarType,
    GraphQLSchema,
    GraphQLUnionType,
    is_introspection_type,
    is_specified_scalar_type,
)

from milkrun_graph.checks import keys
from milkrun_graph.checks.change import Change, Evidence
from milkrun_graph.checks.inputs import input_changes, of_field, of_input_object
from milkrun_graph.checks.texts import text_changes
from milkrun_graph.checks.variance import safe_to_read

Composite = GraphQLObjectType | GraphQLInterfaceType
KINDS: Mapping[type, str] = {
    GraphQLScalarType: "scalar",
    GraphQLObjectType: "type",
    GraphQLInterfaceType: "interface",
    GraphQLUnionType: "union",
    GraphQLEnumType: "enum",
    GraphQLInputObjectType: "input",
}


def type_changes(old_schema: GraphQLSchema, new_schema: GraphQLSchema) -> Iterator[Change]:
    """Differences in all types that a schema defines; scalars of the specification come and go with their use."""
    old, new = _own_types(old_schema), _own_types(new_schema)
    for name in old.keys() - new.keys():
        yield Change("TYPE_REMOVED", name, f"{_kind(old[name])} {name} was removed", frozenset({name}))
    for name in new.keys() - old.keys():
        yield Change("TYPE_ADDED", name, f"{_kind(new[name])} {name} was added")
        if isinstance(new[name], GraphQLObjectType):
            yield from _new_implementation(old, new[name])
    for name in old.keys() & new.keys():
        yield from _changed(old[name], new[name])


def _own_types(schema: GraphQLSchema) -> dict[str, GraphQLNamedType]:
    return {
        name: type_
        for name, type_ in schema.type_map.items()
        if not is_introspection_type(type_) and not is_specified_scalar_type(type_)
    }


def _kind(type_: GraphQLNamedType) -> str:
    return KINDS[type(type_)]


def _new_implementation(old: Mapping[str, GraphQLNamedType], new: Any) -> Iterator[Change]:
    for interface in new.interfaces:
        if interface.name in old:
            message = f"the new type {new.name} implements {interface.name}; selections on {interface.name} may meet it"
            touches = frozenset({keys.returned(interface.name)})
            yield Change("IMPLEMENTATION_ADDED", new.name, message, touches, subject=interface.name)


def _changed(old: Any, new: Any) -> Iterator[Change]:
    name = old.name
    if type(old) is not type(new):
        message = f"{name} is {_with_article(new)} and was {_with_article(old)}"
        yield Change("TYPE_KIND_CHANGED", name, message, frozenset({name}))
        return
    yield from text_changes(name, old, new)
    match old:
        case GraphQLObjectType() | GraphQLInterfaceType():
            yield from _field_changes(old, new)
            yield from _interface_changes(old, new)
        case GraphQLUnionType():
            yield from _member_changes(old, new)
        case GraphQLEnumType():
            yield from _value_changes(old, new)
        case GraphQLInputObjectType():
            yield from input_changes(old.fields, new.fields, of_input_object(name))
            yield from _one_of_changes(old, new)
        case GraphQLScalarType() if old.specified_by_url != new.specified_by_url:
            message = f"{name} is specified by {new.specified_by_url or 'nothing'}, no longer {old.specified_by_url}"
            yield Change("SCALAR_SPECIFICATION_CHANGED", name, message, frozenset({name}))


def _with_article(type_: GraphQLNamedType) -> str:
    kind = _kind(type_)
    return f"{'an' if kind[0] in 'aeiou' else 'a'} {kind}"


def _field_changes(old: Composite, new: Composite) -> Iterator[Change]:
    for name in old.fields.keys() - new.fields.keys():
        where = f"{old.name}.{name}"
        yield Change("FIELD_REMOVED", where, f"{where} was removed", frozenset({where}))
    for name in new.fields.keys() - old.fields.keys():
        yield Change("FIELD_ADDED", f"{old.name}.{name}", f"{old.name}.{name} was added")
    for name in old.fields.keys() & new.fields.keys():
        where, before, after = f"{old.name}.{name}", old.fields[name], new.fields[name]
        if str(before.type) != str(after.type):
            code = "FIELD_TYPE_NARROWED" if safe_to_read(before.type, after.type) else "FIELD_TYPE_CHANGED"
            message = f"{where} gives {after.type} instead of {before.type}"
            yield Change(code, where, message, frozenset({where}))
        yield from input_changes(before.args, after.args, of_field(where))
        yield from text_changes(where, before, after)


def _interface_changes(old: Composite, new: Composite) -> Iterator[Change]:
    before, after = {i.name for i in old.interfaces}, {i.name for i in new.interfaces}
    for name in before - after:
        message = f"{old.name} no longer implements {name}; selections on {name} do not meet it anymore"
        touches = frozenset({keys.condition(name), keys.narrowed(name, old.name)})
        yield Change("INTERFACE_REMOVED", old.name, message, touches, subject=name)
    for name in after - before:
        message = f"{old.name} implements {name} now; selections on {name} may meet it"
        touches = frozenset({keys.returned(name)})
        yield Change("INTERFACE_ADDED", old.name, message, touches, subject=name)


def _member_changes(old: GraphQLUnionType, new: GraphQLUnionType) -> Iterator[Change]:
    before, after = {member.name for member in old.types}, {member.name for member in new.types}
    for member in old.types:
        if member.name not in after:
            # What a client handles, it says in conditions: on the member, or on an interface of the member.
            named = (member.name, *(interface.name for interface in member.interfaces))
            touches = frozenset(keys.narrowed(old.name, name) for name in named)
            message = f"{member.name} is no longer a member of {old.name}"
            yield Change("UNION_MEMBER_REMOVED", old.name, message, touches, subject=member.name)
    for name in after - before:
        message = f"{name} is a member of {old.name} now; selections on {old.name} may meet it"
        touches = frozenset({keys.returned(old.name)})
        yield Change("UNION_MEMBER_ADDED", old.name, message, touches, subject=name)


def _value_changes(old: GraphQLEnumType, new: GraphQLEnumType) -> Iterator[Change]:
    for name in old.values.keys() - new.values.keys():
        where = f"{old.name}.{name}"
        touches = frozenset({where, keys.read(old.name)})
        yield Change("ENUM_VALUE_REMOVED", where, f"{where} was removed", touches)
    for name in new.values.keys() - old.values.keys():
        where = f"{old.name}.{name}"
        message = f"{where} was added; who reads {old.name} may meet it"
        yield Change("ENUM_VALUE_ADDED", where, message, frozenset({keys.read(old.name)}))
    for name in old.values.keys() & new.values.keys():
        yield from text_changes(f"{old.name}.{name}", old.values[name], new.values[name])


def _one_of_changes(old: GraphQLInputObjectType, new: GraphQLInputObjectType) -> Iterator[Change]:
    if new.is_one_of and not old.is_one_of:
        message = f"{old.name} is @oneOf now: exactly one field may be sent, and not null"
        yield Change("ONE_OF_ADDED", old.name, message, frozenset({keys.sent(old.name)}), Evidence.FAILURE)
    if old.is_one_of and not new.is_one_of:
        yield Change("ONE_OF_REMOVED", old.name, f"{old.name} is no longer @oneOf", frozenset({keys.sent(old.name)}))
