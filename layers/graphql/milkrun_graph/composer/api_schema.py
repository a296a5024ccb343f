"""The API schema: what clients see of a merged schema."""

from collections.abc import Iterable
from dataclasses import replace

from milkrun_graph.composer.model import Applied, Element, EnumValue, Field, InputValue, Schema, TypeDef

_KEPT = frozenset({"deprecated", "specifiedBy", "oneOf"})


def is_inaccessible(element: Element) -> bool:
    """Whether clients are not to see an element."""
    return element.has("inaccessible")


def api_schema(schema: Schema) -> Schema:
    """A copy of the schema without what is inaccessible and without what is only for the gateway."""
    api = Schema(roots=dict(schema.roots), description=schema.description)
    hidden = {one.name for one in schema.types.values() if is_inaccessible(one)}
    for type_ in _visible(schema.types.values()):
        api.types[type_.name] = _type(type_, hidden)
    api.roots = {operation: name for operation, name in schema.roots.items() if name in api.types}
    for directive in schema.directives.values():
        if all(location.isupper() and not location.endswith("_DEFINITION") for location in directive.locations):
            executable = tuple(one for one in directive.locations if one in EXECUTABLE)
            if executable:
                args = {one.name: _input(one) for one in _visible(directive.args.values())}
                api.directives[directive.name] = replace(directive, args=args)
    return api


EXECUTABLE = (
    "QUERY",
    "MUTATION",
    "SUBSCRIPTION",
    "FIELD",
    "FRAGMENT_DEFINITION",
    "FRAGMENT_SPREAD",
    "INLINE_FRAGMENT",
    "VARIABLE_DEFINITION",
)


def _visible[E: Element](elements: Iterable[E]) -> list[E]:
    return [one for one in elements if not is_inaccessible(one)]


def _kept(element: Element) -> list[Applied]:
    return [one for one in element.directives if one.name in _KEPT]


def _type(type_: TypeDef, hidden: set[str]) -> TypeDef:
    return TypeDef(
        type_.name,
        type_.description,
        _kept(type_),
        kind=type_.kind,
        has_base=True,
        fields={one.name: _field(one) for one in _visible(type_.fields.values())},
        inputs={one.name: _input(one) for one in _visible(type_.inputs.values())},
        values={one.name: EnumValue(one.name, one.description, _kept(one)) for one in _visible(type_.values.values())},
        interfaces=[name for name in type_.interfaces if name not in hidden],
        members=[name for name in type_.members if name not in hidden],
    )


def _field(field: Field) -> Field:
    args = {one.name: _input(one) for one in _visible(field.args.values())}
    return Field(field.name, field.description, _kept(field), type=field.type, args=args)


def _input(one: InputValue) -> InputValue:
    return InputValue(one.name, one.description, _kept(one), type=one.type, default=one.default)
