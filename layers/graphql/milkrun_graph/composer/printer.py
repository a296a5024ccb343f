"""Printing schemas: definitions by name, all else in the order of the merge, so that equal graphs print equal."""

from collections.abc import Mapping

from graphql import print_ast
from graphql.language.block_string import print_block_string

from milkrun_graph.composer.model import (
    BUILT_IN_SCALARS,
    Applied,
    DirectiveDef,
    Element,
    EnumValue,
    Field,
    InputValue,
    Schema,
    TypeDef,
)

_KEYWORDS = {
    "OBJECT": "type",
    "INTERFACE": "interface",
    "UNION": "union",
    "ENUM": "enum",
    "INPUT_OBJECT": "input",
    "SCALAR": "scalar",
}


def print_schema(schema: Schema) -> str:
    """The schema as SDL."""
    blocks = [_schema(schema)]
    blocks += [_directive(schema.directives[name]) for name in sorted(schema.directives)]
    blocks += [_type(schema.types[name]) for name in sorted(schema.types) if name not in BUILT_IN_SCALARS]
    return "\n\n".join(block for block in blocks if block) + "\n"


def _schema(schema: Schema) -> str:
    conventional = all(name == operation.capitalize() for operation, name in schema.roots.items())
    if conventional and not schema.applied and not schema.description:
        return ""
    roots = "".join(f"  {operation}: {name}\n" for operation, name in schema.roots.items())
    lines = "".join(f"\n  {_applied(one)}" for one in schema.applied)
    return f"{_description(schema.description)}schema{lines}{chr(10) if lines else ' '}{{\n{roots}}}"


def _directive(one: DirectiveDef) -> str:
    repeatable = " repeatable" if one.repeatable else ""
    args = _args(one.args)
    return f"{_description(one.description)}directive @{one.name}{args}{repeatable} on {' | '.join(one.locations)}"


def _type(type_: TypeDef) -> str:
    head = f"{_description(type_.description)}{_KEYWORDS[type_.kind]} {type_.name}"
    if type_.interfaces:
        head += f" implements {' & '.join(type_.interfaces)}"
    lines = "".join(f"\n  {_applied(one)}" for one in type_.directives)
    if type_.kind == "UNION":
        members = " | ".join(type_.members)
        return f"{head}{lines}{chr(10) if lines else ' '}{' ' if lines else ''}= {members}"
    body = [
        *map(_field, type_.fields.values()),
        *map(_input_field, type_.inputs.values()),
        *map(_enum, type_.values.values()),
    ]
    if not body:
        return head + lines
    return f"{head}{lines}{chr(10) if lines else ' '}{{\n{chr(10).join(body)}\n}}"


def _field(field: Field) -> str:
    return f"{_description(field.description, '  ')}  {field.name}{_args(field.args)}: {field.type}{_inline(field)}"


def _input_field(one: InputValue) -> str:
    return f"{_description(one.description, '  ')}  {_input(one)}"


def _enum(one: EnumValue) -> str:
    return f"{_description(one.description, '  ')}  {one.name}{_inline(one)}"


def _args(args: Mapping[str, InputValue]) -> str:
    if not args:
        return ""
    if all(not one.description for one in args.values()):
        return f"({', '.join(map(_input, args.values()))})"
    lines = "".join(f"{_description(one.description, '    ')}    {_input(one)}\n" for one in args.values())
    return f"(\n{lines}  )"


def _input(one: InputValue) -> str:
    default = f" = {print_ast(one.default)}" if one.default is not None else ""
    return f"{one.name}: {one.type}{default}{_inline(one)}"


def _inline(element: Element) -> str:
    return "".join(f" {_applied(one)}" for one in element.directives)


def _applied(one: Applied) -> str:
    args = ", ".join(f"{name}: {print_ast(value)}" for name, value in one.args.items())
    return f"@{one.name}({args})" if args else f"@{one.name}"


def _description(text: str | None, indent: str = "") -> str:
    if not text:
        return ""
    lines = print_block_string(text, minimize=False).split("\n")
    return "".join(f"{indent}{line}\n" if line else "\n" for line in lines)
