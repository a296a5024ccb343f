"""What goes wrong while a subgraph answers, as the response tells it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from graphql import GraphQLError

from milkrun_graph.errors import GraphError

# A linked list, newest first: (the place of the parent, key or index).
type Place = tuple[Place, str | int] | None

MASKED = "the subgraph failed"


class ResolverFault(GraphError):
    """A resolver's answer does not fit the schema."""


class RepresentationRefused(GraphError):
    """The gateway asked for an entity that this subgraph does not have."""

    code = "BAD_REQUEST"


def path_of(place: Place) -> list[str | int]:
    """Keys and indexes from the root."""
    path: list[str | int] = []
    while place is not None:
        place, key = place
        path.append(key)
    return path[::-1]


@dataclass(slots=True)
class Faults:
    """Collects the errors of one request.

    An error of a type in ``told`` is told as it is.  Any other is masked, and logged in full: once, however many
    entities it has cost.
    """

    told: tuple[type[Exception], ...]
    log: Callable[[Exception, str], None]
    errors: list[dict[str, Any]] = field(default_factory=list)
    _logged: set[int] = field(default_factory=set)

    def report(self, error: Exception, coordinate: str, place: Place) -> None:
        known = isinstance(error, (GraphError, GraphQLError, *self.told))
        if not known and id(error) not in self._logged:
            self._logged.add(id(error))
            self.log(error, coordinate)
        message = getattr(error, "message", None) or str(error)
        code = getattr(error, "code", None) or "BAD_USER_INPUT"
        self.errors.append(
            {
                "message": message if known else f"{MASKED} to resolve {coordinate}",
                "path": path_of(place),
                "extensions": {"code": code if known else GraphError.code},
            }
        )
