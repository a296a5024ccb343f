"""Completion by the rules (GraphQL specification, sections 6.4.3 and 6.4.4): coercion, nulls and their errors.

Used when the generated code of ``project`` meets anything irregular, and whenever there are errors.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping
from typing import Any

from milkrun_graph.executor.exact import digits_of
from milkrun_graph.executor.faults import INVALID, UNTOLD
from milkrun_graph.executor.messages import Path, formatted
from milkrun_graph.executor.project import fitting
from milkrun_graph.planner.plan import ProjectedField, Projection

_BITS = 2**31


class Completion:
    """One response being completed.  ``errors`` grows by what is found; those of subgraphs are in it already."""

    def __init__(
        self, errors: list[dict[str, Any]], introspected: Mapping[str, Any] | None, types: Collection[str] | None = None
    ) -> None:
        self.errors = errors
        self._introspected = introspected or {}
        self._types = types
        self._known: set[Path] = set()
        self._above: set[Path] = set()
        for error in errors:
            self._remember(tuple(error.get("path", ())))

    def complete(self, data: dict[str, Any], projection: Projection) -> dict[str, Any] | None:
        """The response's data; None when a null reached the top."""
        try:
            return self._object(data, projection, ())
        except _Null:
            return None

    def _object(self, value: Any, projection: Projection, path: Path) -> dict[str, Any] | None:
        if not isinstance(value, dict):
            self._refuse(path, "an object was expected")
            return None
        typename = projection.typename
        if typename is None:
            typename = value.get("__typename")
            if typename is not None and (not isinstance(typename, str) or typename not in projection.possible):
                known = self._types is None or (isinstance(typename, str) and typename in self._types)
                # A type that @inaccessible hides is no mistake of anybody.
                if not known:
                    self._refuse(path, "the subgraph named a type that does not exist")
                return None
        fields = fitting(projection, typename)
        if typename is None and (projection.told or any(field.typename for field in fields)):
            if not self._explained(path):
                self._add(path, UNTOLD, INVALID)
            return None
        return {field.key: self._field(value, field, typename, (*path, field.key)) for field in fields}

    def _field(self, parent: dict[str, Any], field: ProjectedField, typename: str | None, path: Path) -> Any:
        if field.introspection:
            return self._introspected.get(field.key)
        if field.unauthorized:
            self._add(path, "Unauthorized field or type", "UNAUTHORIZED_FIELD_OR_TYPE")
            value = None
        elif field.typename:
            value = typename
        else:
            value = parent.get(field.source)
        return self._value(value, field.wrap, field, path)

    def _value(self, value: Any, wrap: str, field: ProjectedField, path: Path) -> Any:
        if wrap.startswith("!"):
            return self._required(self._value(value, wrap[1:], field, path), path)
        return None if value is None else self._present(value, wrap, field, path)

    def _present(self, value: Any, wrap: str, field: ProjectedField, path: Path) -> Any:
        try:
            if wrap.startswith("["):
                return self._list(value, wrap[1:], field, path)
            if field.projection is not None:
                return self._object(value, field.projection, path)
        except _Null:
            return None
        return value if field.typename else self._leaf(value, field, path)

    def _list(self, value: Any, wrap: str, field: ProjectedField, path: Path) -> list[Any] | None:
        if not isinstance(value, list):
            self._refuse(path, "a list was expected")
            return None
        return [self._value(item, wrap, field, (*path, index)) for index, item in enumerate(value)]

    def _leaf(self, value: Any, field: ProjectedField, path: Path) -> Any:
        if field.values is not None:
            # A value that only a subgraph knows is hidden, like one that is @inaccessible.
            return value if isinstance(value, str) and value in field.values else None
        coerce = _SCALARS.get(field.named)
        made = coerce(value) if coerce else value
        if made is None:
            self._refuse(path, f"{field.named} was expected")
        return made

    def _required(self, value: Any, path: Path) -> Any:
        if value is None:
            if not self._explained(path):
                self._add(path, "Cannot return null for a non-nullable field", "NULL_IN_NON_NULL")
            raise _Null
        return value

    def _explained(self, path: Path) -> bool:
        """An error above or below this place says already why there is nothing."""
        return path in self._above or any(path[:end] in self._known for end in range(len(path) + 1))

    def _refuse(self, path: Path, message: str) -> None:
        self._add(path, f"Invalid value from a subgraph: {message}", INVALID)

    def _add(self, path: Path, message: str, code: str) -> None:
        self._remember(path)
        self.errors.append(formatted(message, code, path))

    def _remember(self, path: Path) -> None:
        self._known.add(path)
        self._above.update(path[:end] for end in range(len(path)))


class _Null(Exception):
    """A null travels to the nearest nullable place."""


def _int(value: Any) -> int | None:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value) or value != int(value):
        return None
    return int(value) if -_BITS <= value < _BITS else None


def _float(value: Any) -> float | int | None:
    digits = digits_of(value)
    if digits:
        return float(digits) if math.isfinite(float(digits)) else None
    return value if isinstance(value, int | float) and not isinstance(value, bool) else None


def _boolean(value: Any) -> bool | None:
    if isinstance(value, bool):
        return value
    return bool(value) if isinstance(value, int | float) else None


def _string(value: Any) -> str | None:
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value) if isinstance(value, str | int | float) else digits_of(value)


def _id(value: Any) -> str | None:
    if isinstance(value, bool) or (isinstance(value, float) and not value.is_integer()):
        return None
    if isinstance(value, str):
        return value
    return str(int(value)) if isinstance(value, int | float) else digits_of(value)


# Result coercion of section 3.5.
_SCALARS = {"Int": _int, "Float": _float, "Boolean": _boolean, "String": _string, "ID": _id}
