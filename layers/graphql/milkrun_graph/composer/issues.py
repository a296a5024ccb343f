"""What composition reports: errors and hints, each with a standard code and the places in the subgraphs it is about."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from graphql import Node
from graphql.language import get_location


@dataclass(frozen=True, slots=True)
class Location:
    """A place in one subgraph's SDL; lines and columns count from one."""

    subgraph: str
    line: int
    column: int


@dataclass(frozen=True, slots=True)
class Issue:
    """An error or a hint.  Codes are those of the federation documentation."""

    code: str
    message: str
    locations: tuple[Location, ...] = ()


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
        issue = Issue(code, message, tuple(locations))
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
