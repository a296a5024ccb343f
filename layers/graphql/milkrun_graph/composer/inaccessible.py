"""`@inaccessible`: what is hidden must not be needed by what is not."""

from collections.abc import Iterator

from graphql import EnumValueNode, ListValueNode, ObjectValueNode, ValueNode

from milkrun_graph.composer.api_schema import is_inaccessible
from milkrun_graph.composer.issues import Report
from milkrun_graph.composer.model import DirectiveDef, Element, Field, InputValue, Schema, TypeDef, named

_Fault = tuple[str, str]


def check_inaccessible(schema: Schema, core: frozenset[str], report: Report) -> None:
    """Check that the API schema can do without everything that is inaccessible.

    `core` are the types and directives (`@name`) of composed specifications, of which nothing may be hidden.
    """
    for directive in schema.directives.values():
        for code, message in _directive_faults(schema, directive, core):
            report.error(code, message)
    for name in core & set(schema.types):
        if any(is_inaccessible(one) for one in _parts(schema.types[name])):
            report.error("DISALLOWED_INACCESSIBLE", f'Core feature type "{name}" cannot use @inaccessible.')
    for type_ in schema.types.values():
        for code, message in _hidden_root(schema, type_) if is_inaccessible(type_) else _faults(schema, type_):
            report.error(code, message)


def _parts(type_: TypeDef) -> Iterator[Element]:
    yield type_
    yield from (*type_.inputs.values(), *type_.values.values())
    for field in type_.fields.values():
        yield from (field, *field.args.values())


def _directive_faults(schema: Schema, directive: DirectiveDef, core: frozenset[str]) -> Iterator[_Fault]:
    for arg in directive.args.values():
        place = f"@{directive.name}({arg.name}:)"
        if not is_inaccessible(arg):
            if named(arg.type) not in core:
                yield from _reference(schema, place, arg.type)
            yield from _default(schema, place, arg)
        elif f"@{directive.name}" in core:
            yield "DISALLOWED_INACCESSIBLE", f'Core feature directive "@{directive.name}" cannot use @inaccessible.'
        elif arg.required:
            message = f'Argument "{place}" is @inaccessible but is a required argument of its directive.'
            yield "REQUIRED_INACCESSIBLE", message


def _hidden_root(schema: Schema, type_: TypeDef) -> Iterator[_Fault]:
    if schema.roots.get("query") == type_.name:
        message = f'Type "{type_.name}" is @inaccessible but is the root query type, which must be in the API schema.'
        yield "QUERY_ROOT_TYPE_INACCESSIBLE", message


def _faults(schema: Schema, type_: TypeDef) -> Iterator[_Fault]:
    yield from _only_hidden(schema, type_)
    for field in type_.fields.values():
        if not is_inaccessible(field):
            yield from _field_faults(schema, type_, field)
    for one in type_.inputs.values():
        place = f"{type_.name}.{one.name}"
        if is_inaccessible(one):
            if one.required:
                yield (
                    "REQUIRED_INACCESSIBLE",
                    f'Input field "{place}" is @inaccessible but is a required input field of its type.',
                )
        else:
            yield from _reference(schema, place, one.type)
            yield from _default(schema, place, one)
    for name in type_.interfaces:
        yield from _implementation(schema, type_, name)


def _only_hidden(schema: Schema, type_: TypeDef) -> Iterator[_Fault]:
    children: list[Element] = [*type_.fields.values(), *type_.inputs.values(), *type_.values.values()]
    children += [schema.types[name] for name in type_.members if name in schema.types]
    if children and all(is_inaccessible(one) for one in children):
        what = {"ENUM": "values", "UNION": "members"}.get(type_.kind, "fields")
        message = f'Type "{type_.name}" is in the API schema but all of its {what} are @inaccessible.'
        yield "ONLY_INACCESSIBLE_CHILDREN", message


def _field_faults(schema: Schema, type_: TypeDef, field: Field) -> Iterator[_Fault]:
    place = f"{type_.name}.{field.name}"
    yield from _reference(schema, place, field.type)
    for arg in field.args.values():
        argument = f"{place}({arg.name}:)"
        if not is_inaccessible(arg):
            yield from _reference(schema, argument, arg.type)
            yield from _default(schema, argument, arg)
        elif arg.required:
            yield (
                "REQUIRED_INACCESSIBLE",
                f'Argument "{argument}" is @inaccessible but is a required argument of its field.',
            )


def _reference(schema: Schema, place: str, type_: str) -> Iterator[_Fault]:
    target = schema.types.get(named(type_))
    if target is not None and is_inaccessible(target):
        message = f'Type "{target.name}" is @inaccessible but is referenced by "{place}", which is in the API schema.'
        yield "REFERENCED_INACCESSIBLE", message


def _default(schema: Schema, place: str, one: InputValue) -> Iterator[_Fault]:
    target = schema.types.get(named(one.type))
    if one.default is not None and target is not None and _uses_hidden(schema, target, one.default):
        message = (
            f'The default value of "{place}" uses an @inaccessible value or field, but "{place}" is in the API schema.'
        )
        yield "DEFAULT_VALUE_USES_INACCESSIBLE", message


def _uses_hidden(schema: Schema, type_: TypeDef, value: ValueNode) -> bool:
    if isinstance(value, ListValueNode):
        return any(_uses_hidden(schema, type_, one) for one in value.values)
    if isinstance(value, EnumValueNode):
        return value.value in type_.values and is_inaccessible(type_.values[value.value])
    if not isinstance(value, ObjectValueNode):
        return False
    for entry in value.fields:
        one = type_.inputs.get(entry.name.value)
        if one is None:
            continue
        below = schema.types.get(named(one.type))
        if is_inaccessible(one) or (below is not None and _uses_hidden(schema, below, entry.value)):
            return True
    return False


def _implementation(schema: Schema, type_: TypeDef, name: str) -> Iterator[_Fault]:
    interface = schema.types.get(name)
    if interface is None or is_inaccessible(interface):
        return
    for field in interface.fields.values():
        mine = type_.fields.get(field.name)
        if mine is None or is_inaccessible(field):
            continue
        if is_inaccessible(mine):
            message = (
                f'Field "{type_.name}.{field.name}" is @inaccessible but implements the interface field '
                f'"{name}.{field.name}"'
            )
            yield "IMPLEMENTED_BY_INACCESSIBLE", f"{message}, which is in the API schema."
            continue
        yield from _arguments(type_, name, mine, field)


def _arguments(type_: TypeDef, interface: str, mine: Field, theirs: Field) -> Iterator[_Fault]:
    for arg in mine.args.values():
        place = f"{type_.name}.{mine.name}({arg.name}:)"
        other = theirs.args.get(arg.name)
        if is_inaccessible(arg) and other is not None and not is_inaccessible(other):
            message = (
                f'Argument "{place}" is @inaccessible but implements the argument '
                f'"{interface}.{mine.name}({arg.name}:)"'
            )
            yield "IMPLEMENTED_BY_INACCESSIBLE", f"{message}, which is in the API schema."
        elif (
            arg.required
            and not is_inaccessible(arg)
            and (other is None or is_inaccessible(other))
            and other is not None
        ):
            yield (
                "REQUIRED_INACCESSIBLE",
                f'Argument "{place}" is required but is @inaccessible on "{interface}.{mine.name}".',
            )
