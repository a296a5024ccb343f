"""What the shapes of recorded variables say.

A shape is a variable's value, or the value with its leaves replaced: keys, nulls and lists count, and a string that is
a value of the enum there; other leaves say nothing.  Where no shape was recorded, everything that the variable's type
allows may have been sent.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from graphql import (
    GraphQLArgument,
    GraphQLEnumType,
    GraphQLInputField,
    GraphQLInputObjectType,
    GraphQLSchema,
    get_named_type,
    is_list_type,
    is_non_null_type,
    type_from_ast,
)
from graphql.utilities.resolve_schema_coordinate import (
    ResolvedDirectiveArgument,
    ResolvedFieldArgument,
    ResolvedInputField,
    resolve_schema_coordinate,
)

from milkrun_graph.checks import keys
from milkrun_graph.checks.inputs import has_default, is_required
from milkrun_graph.checks.usage import Usage

Shape = Mapping[str, Any]


def keys_sent(shape: Shape, usage: Usage, schema: GraphQLSchema) -> Iterator[str]:
    """Use keys of one recorded shape of a document's variables."""
    for name, declared in usage.declared.items():
        if name in shape:
            yield from _sent(shape[name], get_named_type(type_from_ast(schema, declared.type)))
        elif declared.default_value is None:
            yield from map(keys.omitted, usage.variables.get(name, ()))


def _sent(value: Any, type_: Any) -> Iterator[str]:
    if isinstance(value, list):
        for item in value:
            yield from _sent(item, type_)
    elif isinstance(value, dict) and isinstance(type_, GraphQLInputObjectType):
        yield keys.sent(type_.name)
        for name, definition in type_.fields.items():
            if name in value:
                yield f"{type_.name}.{name}"
                yield from _sent(value[name], get_named_type(definition.type))
            elif has_default(definition):
                yield keys.omitted(f"{type_.name}.{name}")
    elif isinstance(type_, GraphQLEnumType) and value in type_.values:
        yield f"{type_.name}.{value}"


def keys_possible(type_: Any) -> set[str]:
    """Use keys of all values of an input type."""
    if isinstance(type_, GraphQLEnumType):
        return {f"{type_.name}.{name}" for name in type_.values}
    if not isinstance(type_, GraphQLInputObjectType):
        return set()
    found, waiting = set[str](), [type_]
    while waiting:
        current = waiting.pop()
        if keys.sent(current.name) in found:
            continue
        found.add(keys.sent(current.name))
        for name, definition in current.fields.items():
            where, inner = f"{current.name}.{name}", get_named_type(definition.type)
            found |= {where, keys.omitted(where)}
            if isinstance(inner, GraphQLInputObjectType):
                waiting.append(inner)
            else:
                found |= keys_possible(inner)
    return found


def keys_refused(shape: Shape, usage: Usage, old: GraphQLSchema, new: GraphQLSchema) -> Iterator[str]:
    """Use keys of the places where the new schema does not take what was sent."""
    for name, declared in usage.declared.items():
        before, after = type_from_ast(old, declared.type), type_from_ast(new, declared.type)
        value = shape.get(name)
        if before is not None and after is not None and value is not None:
            yield from _refused(value, before, after, "")
        if value is None and declared.default_value is None:
            for place in usage.variables.get(name, ()):
                if _refuses_absence(new, place, is_null=name in shape):
                    yield place


def _refuses_absence(schema: GraphQLSchema, place: str, *, is_null: bool) -> bool:
    try:
        found = resolve_schema_coordinate(schema, place)
    except (ValueError, TypeError):  # its type, its field or its directive is gone: a change of its own
        return False
    match found:
        case ResolvedFieldArgument():
            definition: GraphQLArgument | GraphQLInputField = found.field_argument
        case ResolvedInputField():
            definition = found.input_field
        case ResolvedDirectiveArgument():
            definition = found.directive_argument
        case _:
            return False
    return is_non_null_type(definition.type) if is_null else is_required(definition)


def _refused(value: Any, old: Any, new: Any, where: str) -> Iterator[str]:
    if value is None:
        if is_non_null_type(new):
            yield where
        return
    old, new = _nullable(old), _nullable(new)
    if is_list_type(new):
        inner = old.of_type if is_list_type(old) else old
        for item in value if isinstance(value, list) else [value]:
            yield from _refused(item, inner, new.of_type, where)
    elif is_list_type(old) or old.name != new.name:
        yield where
    elif isinstance(new, GraphQLInputObjectType) and isinstance(value, dict):
        yield from _refused_fields(value, old, new)


def _refused_fields(value: Mapping[str, Any], old: Any, new: GraphQLInputObjectType) -> Iterator[str]:
    if new.is_one_of and (len(value) != 1 or None in value.values()):
        yield keys.sent(new.name)
    for name, definition in new.fields.items():
        where = f"{new.name}.{name}"
        if name not in value:
            if is_required(definition):
                yield where
        elif name in old.fields:
            yield from _refused(value[name], old.fields[name].type, definition.type, where)


def _nullable(type_: Any) -> Any:
    return type_.of_type if is_non_null_type(type_) else type_
