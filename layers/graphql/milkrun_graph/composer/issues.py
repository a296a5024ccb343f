"""What composition reports: errors and hints, each with a standard code and the places in the subgraphs it is about."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Literal

from graphql import Node
from graphql.language import get_location

Level = Literal["ERROR", "WARN", "INFO", "DEBUG"]
# How much each hint matters, by the federation documentation.
HINTS: Mapping[str, Level] = {
    "DIRECTIVE_COMPOSITION_WARN": "WARN",
    "FROM_SUBGRAPH_DOES_NOT_EXIST": "WARN",
    "INCONSISTENT_ARGUMENT_PRESENCE": "WARN",
    "INCONSISTENT_DEFAULT_VALUE_PRESENCE": "WARN",
    "INCONSISTENT_DESCRIPTION": "WARN",
    "INCONSISTENT_ENUM_VALUE_FOR_INPUT_ENUM": "WARN",
    "INCONSISTENT_EXECUTABLE_DIRECTIVE_LOCATIONS": "WARN",
    "INCONSISTENT_EXECUTABLE_DIRECTIVE_PRESENCE": "WARN",
    "INCONSISTENT_EXECUTABLE_DIRECTIVE_REPEATABLE": "WARN",
    "INCONSISTENT_INPUT_OBJECT_FIELD": "WARN",
    "INCONSISTENT_NON_REPEATABLE_DIRECTIVE_ARGUMENTS": "WARN",
    "INCONSISTENT_RUNTIME_TYPES_FOR_SHAREABLE_RETURN": "WARN",
    "NO_EXECUTABLE_DIRECTIVE_INTERSECTION": "WARN",
    "CONTEXTUAL_ARGUMENT_NOT_CONTEXTUAL_IN_ALL_SUBGRAPHS": "INFO",
    "DIRECTIVE_COMPOSITION_INFO": "INFO",
    "IMPLICITLY_UPGRADED_FEDERATION_VERSION": "INFO",
    "INCONSISTENT_BUT_COMPATIBLE_ARGUMENT_TYPE": "INFO",
    "INCONSISTENT_BUT_COMPATIBLE_FIELD_TYPE": "INFO",
    "INCONSISTENT_ENTITY": "INFO",
    "MERGED_NON_REPEATABLE_DIRECTIVE_ARGUMENTS": "INFO",
    "OVERRIDDEN_FIELD_CAN_BE_REMOVED": "INFO",
    "OVERRIDE_DIRECTIVE_CAN_BE_REMOVED": "INFO",
    "OVERRIDE_MIGRATION_IN_PROGRESS": "INFO",
    "INCONSISTENT_ENUM_VALUE_FOR_OUTPUT_ENUM": "DEBUG",
    "INCONSISTENT_INTERFACE_VALUE_TYPE_FIELD": "DEBUG",
    "INCONSISTENT_OBJECT_VALUE_TYPE_FIELD": "DEBUG",
    "INCONSISTENT_UNION_MEMBER": "DEBUG",
    "UNUSED_ENUM_TYPE": "DEBUG",
}


@dataclass(frozen=True, slots=True)
class Location:
    """A place in one subgraph's SDL; lines and columns count from one."""

    subgraph: str
    line: int
    column: int


@dataclass(frozen=True, slots=True)
class Issue:
    """An error or a hint.  Codes and levels are those of the federation documentation."""

    code: str
    message: str
    locations: tuple[Location, ...] = ()
    level: Level = "ERROR"


@dataclass(slots=True)
class Report:
    """Collects what the stages of one composition have to say."""

    errors: list[Issue] = field(default_factory=list)
    hints: list[Issue] = field(default_factory=list)

    def error(self, code: str, message: str, locations: Iterable[Location] = ()) -> None:
        """Add an error, once: several rules may come upon the same fault."""
        issue = Issue(code, message, tuple(locations))
        if issue not in self.errors:
            self.errors.append(issue)

    def hint(self, code: str, message: str, locations: Iterable[Location] = ()) -> None:
        """Add a hint: what composes, but is worth a look."""
        issue = Issue(code, message, tuple(locations), HINTS[code])
        if issue not in self.hints:
            self.hints.append(issue)


def locate(subgraph: str, *nodes: Node | None) -> tuple[Location, ...]:
    """Where these nodes are; nodes that no source text stands behind have no place."""
    found = []
    for node in nodes:
        if node is not None and node.loc is not None:
            spot = get_location(node.loc.source, node.loc.start)
            found.append(Location(subgraph, spot.line, spot.column))
    return tuple(found)


def human(names: Iterable[str], one: str = "subgraph", many: str = "subgraphs") -> str:
    """`subgraph "a"`, `subgraphs "a", "b" and "c"`."""
    quoted = [f'"{name}"' for name in names]
    if len(quoted) == 1:
        return f"{one} {quoted[0]}".strip()
    return f"{many} {', '.join(quoted[:-1])} and {quoted[-1]}".strip()
