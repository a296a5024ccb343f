"""`@override`: a field that moves from one subgraph to another, at once or by label."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from milkrun_graph.composer.issues import human, locate
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
            use = _Use(state, types, subgraph, field, applied)
            found |= {subgraph: Override(source=use.source)} | use.read()
    return found


@dataclass(frozen=True, slots=True)
class _Use:
    """One application of the directive."""

    state: State
    types: Mapping[str, TypeDef]
    subgraph: str
    field: Field
    applied: Applied

    @property
    def source(self) -> str:
        """The subgraph that the field is taken from."""
        return string_argument(self.applied, "from") or ""

    @property
    def coordinate(self) -> str:
        """The field, as it is written in messages."""
        return f"{self.types[self.subgraph].name}.{self.field.name}"

    def read(self) -> dict[str, Override]:
        """What the override does, if anything."""
        where = locate(self.subgraph, self.applied.node)
        fault = self._misplaced()
        if fault is not None:
            self.state.report.error(*fault, where)
            return {}
        theirs = self._source_field()
        if theirs is None:
            if self._is_abstracted():
                message = (
                    f'@override cannot be used on "{self.coordinate}": "{self.source}" has it on an @interfaceObject.'
                )
                self.state.report.error("OVERRIDE_COLLISION_WITH_ANOTHER_DIRECTIVE", message, where)
            else:
                self.state.report.hint(*self._absence(), where)
            return {}
        fault = self._conflict(theirs)
        if fault is not None:
            self.state.report.error(*fault, where)
            return {}
        if self.state.named(self.source).is_external(self.types[self.source], theirs):
            message = f'Field "{self.coordinate}" is only @external in "{self.source}": the @override can be removed.'
            self.state.report.hint("OVERRIDE_DIRECTIVE_CAN_BE_REMOVED", message, where)
            return {}
        return self._move()

    def _is_abstracted(self) -> bool:
        """Whether the source resolves the field for the type, but through an interface object."""
        source = next((one for one in self.state.subgraphs if one.name == self.source), None)
        merged = self.state.schema.types[self.types[self.subgraph].name]
        return source is not None and any(
            source.is_interface_object(name) and self.field.name in source.schema.types[name].fields
            for name in merged.interfaces
        )

    def _source_field(self) -> Field | None:
        return self.types[self.source].fields.get(self.field.name) if self.source in self.types else None

    def _misplaced(self) -> tuple[str, str] | None:
        place = f'field "{self.coordinate}" on subgraph "{self.subgraph}"'
        if self.types[self.subgraph].kind == "INTERFACE":
            return "OVERRIDE_ON_INTERFACE", f"@override cannot be used on {place}: it is not supported on interfaces."
        if self.state.named(self.subgraph).is_interface_object(self.types[self.subgraph].name):
            message = f"@override cannot be used on {place}: it is not supported on @interfaceObject types."
            return "OVERRIDE_COLLISION_WITH_ANOTHER_DIRECTIVE", message
        if self.source == self.subgraph:
            message = f'Source and destination subgraphs "{self.source}" are the same for overridden {place}'
            return "OVERRIDE_FROM_SELF_ERROR", message
        return None

    def _absence(self) -> tuple[str, str]:
        if all(one.name != self.source for one in self.state.subgraphs):
            message = f'Source subgraph "{self.source}" for field "{self.coordinate}" on subgraph "{self.subgraph}"'
            others = [one.name for one in self.state.subgraphs if one.name != self.subgraph]
            there_are = f" There is {human(others)}." if others else ""
            return "FROM_SUBGRAPH_DOES_NOT_EXIST", f"{message} does not exist.{there_are}"
        message = f'Field "{self.coordinate}" on subgraph "{self.subgraph}" no longer exists in "{self.source}".'
        return "OVERRIDE_DIRECTIVE_CAN_BE_REMOVED", f"{message} The @override directive can be removed."

    def _conflict(self, theirs: Field) -> tuple[str, str] | None:
        """Moving a field whose value depends on others cannot be done by moving the field alone."""
        place = f'field "{self.coordinate}" on subgraph "{self.subgraph}"'
        if theirs.has("override"):
            message = f'{place} is also marked with @override in subgraph "{self.source}": only one of them may be.'
            return "OVERRIDE_SOURCE_HAS_OVERRIDE", message
        for subgraph, field, specs in (
            (self.subgraph, self.field, ("external",)),
            (self.source, theirs, ("requires", "provides")),
        ):
            for spec in specs:
                if field.has(spec):
                    message = f'@override cannot be used on {place} as it has "@{spec}" on subgraph "{subgraph}"'
                    return "OVERRIDE_COLLISION_WITH_ANOTHER_DIRECTIVE", message
        return None

    def _move(self) -> dict[str, Override]:
        state, source, coordinate = self.state, self.source, self.coordinate
        label = self._label()
        key = self.types[self.subgraph].name, self.field.name
        used = key in state.named(source).used
        state.moved[source, *key] = label
        if label is not None:
            state.arrived[self.subgraph, *key] = label
            message = f'Field "{coordinate}" is currently being migrated with progressive @override.'
            more = f'Once that is done, remove the field from subgraph "{source}".'
            state.report.hint("OVERRIDE_MIGRATION_IN_PROGRESS", f"{message} {more}")
        else:
            advice = "It is still used in directives or by an interface." if used else "Consider removing it."
            message = f'Field "{coordinate}" on subgraph "{source}" is overridden. {advice}'
            state.report.hint("OVERRIDDEN_FIELD_CAN_BE_REMOVED", message)
        return {
            self.subgraph: Override(source=source, label=label),
            source: Override(removed=label is None and not used, used=used, label=label),
        }

    def _label(self) -> str | None:
        label = string_argument(self.applied, "label")
        if label is None or _is_valid(label):
            return label
        message = (
            f'Invalid @override label "{label}" on field "{self.coordinate}" on subgraph "{self.subgraph}": labels'
        )
        rule = "start with a letter and go on with letters, digits and _-:./, or are percent(x) with x from 0 to 100."
        self.state.report.error("OVERRIDE_LABEL_INVALID", f"{message} {rule}")
        return None


def _is_valid(label: str) -> bool:
    match = _LABEL.match(label)
    return match is not None and (match["percent"] is None or float(match["percent"]) <= 100)  # noqa: PLR2004 - percent
