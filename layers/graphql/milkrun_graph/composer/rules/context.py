"""Rules for `@context` and `@fromContext`: names, and selections that fit the argument they fill."""

import re
from collections.abc import Iterator

from graphql import StringValueNode

from milkrun_graph.composer.fieldsets import FieldSet, FieldSetFault, Selection, read_field_set, walk
from milkrun_graph.composer.issues import Report, locate
from milkrun_graph.composer.model import Applied, Field, InputValue, TypeDef, nullable
from milkrun_graph.composer.subgraph import Loaded

_NAME = re.compile(r"^[A-Za-z][A-Za-z0-9]*$")
_CONDITION = re.compile(r"\.\.\.\s*on\s+(\w+)\s*\{([^{}]*(?:\{[^{}]*\}[^{}]*)*)\}")
_FROM = re.compile(r"^\s*\$(?P<context>[_A-Za-z]\w*)(?P<selection>\s*(?:\{|\.\.\.).*\})\s*$", re.DOTALL)


def string_argument(applied: Applied, name: str) -> str | None:
    """An argument that is a string."""
    value = applied.args.get(name)
    return value.value if isinstance(value, StringValueNode) else None


def check_contexts(subgraph: Loaded, report: Report) -> None:
    """Check the names of contexts, and every argument that is taken from one."""
    contexts = contexts_of(subgraph)
    for name, types in contexts.items():
        if not _NAME.match(name):
            message = (
                f'[{subgraph.name}] Context name "{name}" is invalid. It should have only alphanumeric characters.'
            )
            report.error("CONTEXT_NAME_INVALID", message, locate(subgraph.name, types[0].node))
    for use in contextual(subgraph):
        for code, message in _faults(subgraph, contexts, use):
            report.error(code, f"[{subgraph.name}] {message}", locate(subgraph.name, use[-1].node))
    for directive in subgraph.schema.directives.values():
        for one in directive.args.values():
            if one.has("fromContext"):
                message = (
                    f"[{subgraph.name}] @fromContext argument cannot be used on a directive definition "
                    f'"@{directive.name}({one.name}:)".'
                )
                report.error("CONTEXT_NOT_SET", message, locate(subgraph.name, one.node))


def contexts_of(subgraph: Loaded) -> dict[str, list[TypeDef]]:
    """Contexts by name, with the types that set them."""
    found: dict[str, list[TypeDef]] = {}
    for type_ in subgraph.schema.of_kind("OBJECT", "INTERFACE", "UNION"):
        for applied in type_.having("context"):
            found.setdefault(string_argument(applied, "name") or "", []).append(type_)
    return found


def contextual(subgraph: Loaded) -> Iterator[tuple[TypeDef, Field, InputValue, Applied]]:
    """Every argument that is taken from a context."""
    for type_ in subgraph.schema.of_kind("OBJECT", "INTERFACE"):
        for field in type_.fields.values():
            for arg in field.args.values():
                for applied in arg.having("fromContext"):
                    yield type_, field, arg, applied


def split(text: str | None) -> tuple[str, str] | None:
    """A context's name and the selection on it."""
    match = _FROM.match(text or "")
    return (match["context"], match["selection"]) if match else None


def _faults(
    subgraph: Loaded,
    contexts: dict[str, list[TypeDef]],
    use: tuple[TypeDef, Field, InputValue, Applied],
) -> Iterator[tuple[str, str]]:
    type_, field, arg, applied = use
    coordinate = f"{type_.name}.{field.name}({arg.name}:)"
    yield from _misplaced(subgraph, type_, field, arg)
    text = string_argument(applied, "field")
    parts = split(text)
    if parts is None:
        yield "NO_CONTEXT_IN_SELECTION", f'@fromContext argument does not reference a context "{text}".'
        return
    context, selection = parts
    if context not in contexts:
        yield "CONTEXT_NOT_SET", f'Context "{context}" is used at location "{coordinate}" but is never set.'
        return
    for place in contexts[context]:
        fault = _selection_fault(subgraph, place, selection, arg)
        if fault:
            yield "CONTEXT_INVALID_SELECTION", f'Context "{context}" is used in "{coordinate}" but {fault}'


def _misplaced(subgraph: Loaded, type_: TypeDef, field: Field, arg: InputValue) -> Iterator[tuple[str, str]]:
    coordinate = f"{type_.name}.{field.name}({arg.name}:)"
    if type_.kind == "INTERFACE":
        yield (
            "CONTEXT_NOT_SET",
            f'@fromContext argument cannot be used on a field that exists on an abstract type "{coordinate}".',
        )
        return
    for name in type_.interfaces:
        interface = subgraph.type(name)
        if interface is not None and field.name in interface.fields:
            yield (
                "CONTEXT_NOT_SET",
                f'@fromContext cannot be used on a field implementing an interface field "{name}.{field.name}".',
            )
    if arg.default is not None:
        yield "CONTEXT_NOT_SET", f'@fromContext arguments may not have a default value: "{coordinate}".'
    keys = type_.having("key")
    if not any(getattr(key.args.get("resolvable"), "value", True) for key in keys):
        yield (
            "CONTEXT_NO_RESOLVABLE_KEY",
            f'Object "{type_.name}" has no resolvable key but has a field with a contextual argument.',
        )


def _selection_fault(subgraph: Loaded, place: TypeDef, text: str, arg: InputValue) -> str | None:
    """What is wrong with a selection where the context is set; several conditions may share one selection."""
    try:
        selections = read_context_selection(subgraph, place.name, text)
    except FieldSetFault as fault:
        return f"the selection is invalid for type {place.name}. {fault}"
    if not selections:
        return f"no type condition of the selection matches type {place.name}."
    return _shape_fault(selections, arg)


def read_context_selection(subgraph: Loaded, place: str, text: str) -> FieldSet:
    """What is selected where a context is set: one selection, or one for each of several types."""
    text = text.strip()
    if text.startswith("{"):
        return read_field_set(subgraph.schema, place, text[1:-1])
    found: list[Selection] = []
    for condition, inner in _CONDITION.findall(text):
        if subgraph.schema.possible(condition) & subgraph.schema.possible(place):
            found += read_field_set(subgraph.schema, condition, inner)
    return tuple(found)


def _shape_fault(selections: FieldSet, arg: InputValue) -> str | None:
    for one in walk(selections):
        if one.below and one.name and len(one.below) > 1:
            return "multiple fields are selected"
    plain = [one for one in selections if one.name]
    if len(plain) > 1 or (plain and len(selections) > 1):
        return "multiple selections are made"
    for one in selections:
        leaf = _leaf(one)
        if leaf.name is not None and not _fits(leaf.type, arg.type):
            return f'the type of the selection "{leaf.type}" does not match the expected type "{arg.type}".'
    return None


def _leaf(one: Selection) -> Selection:
    while one.below:
        one = one.below[0]
    return one


def _fits(given: str, wanted: str) -> bool:
    """A context may always be null, so only the types below are compared."""
    return not wanted.endswith("!") and nullable(given).replace("!", "") == wanted.replace("!", "")
