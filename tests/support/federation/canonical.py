"""Supergraphs in a form in which two composers' outputs can be compared: order and spelling do not matter."""

from typing import Any

from graphql import DirectiveDefinitionNode, SchemaDefinitionNode, parse, print_ast

HELPERS = frozenset({"join__FieldSet", "link__Import", "link__Purpose"})
DEFAULTS = frozenset(
    {("extension", "false"), ("resolvable", "true"), ("isInterfaceObject", "false"), ("external", "false")}
)


def canonical(sdl: str) -> list[str]:
    """One sorted text per definition, without the definitions that the join specification brings."""
    found = []
    for node in parse(sdl, no_location=True).definitions:
        definition: Any = node
        if isinstance(node, SchemaDefinitionNode):
            roots = sorted(f"{one.operation.value}:{one.type.name.value}" for one in node.operation_types)
            found.append(f"schema {_directives(node)} {roots}")
        elif not isinstance(node, DirectiveDefinitionNode) and definition.name.value not in HELPERS:
            found.append(_type(definition))
    return sorted(found)


def _type(node: Any) -> str:
    names = sorted(one.name.value for one in getattr(node, "interfaces", None) or ())
    members = sorted(one.name.value for one in getattr(node, "types", None) or ())
    fields = sorted(_field(one) for one in getattr(node, "fields", None) or ())
    values = sorted(f"{one.name.value} {_directives(one)}" for one in getattr(node, "values", None) or ())
    return f"{node.kind} {node.name.value} {names} {members} {_directives(node)} {fields} {values}"


def _field(node: Any) -> str:
    args = sorted(_field(one) for one in getattr(node, "arguments", None) or ())
    default = getattr(node, "default_value", None)
    return (
        f"{node.name.value}{args}: {print_ast(node.type)} {print_ast(default) if default else ''} {_directives(node)}"
    )


def _directives(node: Any) -> list[str]:
    found = []
    for one in node.directives or ():
        args = sorted(_argument(arg.name.value, arg.value) for arg in one.arguments or ())
        found.append(f"@{one.name.value}({', '.join(arg for arg in args if arg)})")
    return sorted(found)


def _argument(name: str, value: Any) -> str:
    text = print_ast(value)
    if (name, text) in DEFAULTS:
        return ""
    return f"{name}: {_selections(value.value)}" if name in ("key", "requires", "provides") else f"{name}: {text}"


def _selections(text: str) -> list[Any]:
    operation: Any = parse(f"{{{text}}}", no_location=True).definitions[0]
    return _sorted(operation.selection_set)


def _sorted(selection_set: Any) -> list[Any]:
    found = []
    for one in selection_set.selections:
        below = _sorted(one.selection_set) if one.selection_set else []
        found.append([print_ast(one).partition("{")[0].strip(), below])
    return sorted(found)
