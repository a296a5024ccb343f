"""`@override`: a field that moves from one subgraph to another, at once or by label."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from milkrun_graph.composer.issues import locate
from milkrun_graph.composer.merge.state import State
from milkrun_graph.composer.model import Applied, Field, TypeDef, first
from milkrun_graph.composer.rules.context import string_argument

_LABEL = re.compile(r"^(?:[a-zA-Z][a-zA-Z0-9_\-:./]*|percent\((?P<percent>\d{1,3}(?:\.\d{1,8})?)\))$")


@dataclass(slots=True)
class Override:
    """What overriding does to one subgraph's field."""

    source: str | None = None
    removed: bool = False
    used: bool = False
    label: str | None = None


Overrides = Mapping[str, Override]
_NONE = Override()


def override_of(overrides: Overrides, subgraph: str) -> Override:
    """What overriding does to the field of a subgraph, which mostly is nothing."""
    return overrides.get(subgraph, _NONE)


def read_overrides(state: State, types: Mapping[str, TypeDef], name: str) -> Overrides:
    """The overrides of one field."""
    found: dict[str, Override] = {}
    for subgraph, type_ in types.items():
        field = type_.fields.get(name)
        applied = first(field.having("override")) if field is not None else None
        if field is not None and applied is not None:
            _read(state, types, subgraph, field, applied, found)
    return found


def _read(
    state: State,
    types: Mapping[str, TypeDef],
    subgraph: str,
    field: Field,
    applied: Applied,
    found: dict[str, Override],
) -> None:
    type_ = types[subgraph]
    coordinate = f"{type_.name}.{field.name}"
    source = string_argument(applied, "from") or ""
    label = string_argument(applied, "label")
    where = locate(subgraph, applied.node)
    found[subgraph] = Override(source=source)
    fault = _fault(state, subgraph, type_, field, source)
    if fault is not None:
        state.report.error(*fault, where)
        return
    if all(one.name != source for one in state.subgraphs):
        known = " or ".join(f'"{one.name}"' for one in state.subgraphs if one.name != subgraph)
        message = f'Source subgraph "{source}" for field "{coordinate}" on subgraph "{subgraph}" does not exist. There is {known}.'
        state.report.hint("FROM_SUBGRAPH_DOES_NOT_EXIST", message, where)
        return
    theirs = types[source].fields.get(field.name) if source in types else None
    if theirs is None:
        message = f'Field "{coordinate}" on subgraph "{subgraph}" no longer exists in the from subgraph. The @override directive can be removed.'
        state.report.hint("OVERRIDE_DIRECTIVE_CAN_BE_REMOVED", message, where)
        return
    if theirs.has("override"):
        message = f'Field "{coordinate}" on subgraph "{subgraph}" is also marked with directive @override in subgraph "{source}".'
        state.report.error(
            "OVERRIDE_SOURCE_HAS_OVERRIDE", f"{message} Only one @override directive is allowed per field.", where
        )
        return
    if _collides(state, coordinate, (subgraph, field), (source, theirs), where):
        return
    if state.named(source).is_external(types[source], theirs):
        message = f'Field "{coordinate}" on subgraph "{subgraph}" is not resolved anymore by the from subgraph (it is @external in "{source}").'
        state.report.hint(
            "OVERRIDE_DIRECTIVE_CAN_BE_REMOVED", f"{message} The @override directive can be removed.", where
        )
        return
    _apply(state, coordinate, subgraph, source, label, found)


def _fault(state: State, subgraph: str, type_: TypeDef, field: Field, source: str) -> tuple[str, str] | None:
    coordinate = f"{type_.name}.{field.name}"
    if type_.kind == "INTERFACE":
        message = f'@override cannot be used on field "{coordinate}" on subgraph "{subgraph}": it is not supported on interfaces.'
        return "OVERRIDE_ON_INTERFACE", message
    if source == subgraph:
        message = f'Source and destination subgraphs "{source}" are the same for overridden field "{coordinate}"'
        return "OVERRIDE_FROM_SELF_ERROR", message
    if state.named(subgraph).is_interface_object(type_.name):
        message = (
            f'@override is not yet supported on fields of @interfaceObject types ("{coordinate}" on "{subgraph}").'
        )
        return "OVERRIDE_COLLISION_WITH_ANOTHER_DIRECTIVE", message
    return None


def _collides(state: State, coordinate: str, own: tuple[str, Field], theirs: tuple[str, Field], where: object) -> bool:
    """Moving a field whose value depends on others cannot be done by moving the field alone."""
    for (subgraph, field), specs in ((own, ("external",)), (theirs, ("requires", "provides"))):
        for spec in specs:
            if field.has(spec):
                message = f'@override cannot be used on field "{coordinate}" on subgraph "{own[0]}" since it is marked with directive "@{spec}" on subgraph "{subgraph}"'
                state.report.error("OVERRIDE_COLLISION_WITH_ANOTHER_DIRECTIVE", message, locate(subgraph, field.node))
                return True
    return False


def _apply(
    state: State, coordinate: str, subgraph: str, source: str, label: str | None, found: dict[str, Override]
) -> None:
    type_name, _, name = coordinate.partition(".")
    if label is not None and not _label_is_valid(label):
        message = f'Invalid @override label "{label}" on field "{coordinate}" on subgraph "{subgraph}": labels start with a letter'
        more = " and have letters, digits and _-:./, or are percent(x) with x between 0 and 100."
        state.report.error("OVERRIDE_LABEL_INVALID", message + more)
        label = None
    used = (type_name, name) in state.named(source).used
    state.moved[source, type_name, name] = label
    if label is not None:
        state.arrived[subgraph, type_name, name] = label
    found[subgraph] = Override(source=source, label=label)
    found[source] = Override(removed=label is None and not used, used=used, label=label)
    if label is not None:
        message = f'Field "{coordinate}" is currently being migrated with progressive @override.'
        state.report.hint(
            "OVERRIDE_MIGRATION_IN_PROGRESS", f'{message} Once it is done, remove the field from subgraph "{source}".'
        )
        return
    advice = "Consider removing it."
    if used:
        advice = "It is still used in federation directives or by an interface; consider marking it @external."
    state.report.hint(
        "OVERRIDDEN_FIELD_CAN_BE_REMOVED", f'Field "{coordinate}" on subgraph "{source}" is overridden. {advice}'
    )


def _label_is_valid(label: str) -> bool:
    match = _LABEL.match(label)
    return match is not None and (match["percent"] is None or float(match["percent"]) <= 100)  # noqa: PLR2004 - percent
