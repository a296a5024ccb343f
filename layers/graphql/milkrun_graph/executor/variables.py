"""Variables as the GraphQL specification coerces them (section 6.1.2), without graphql-core.

Subgraphs get what the client sent and coerce it again; here it is checked, and defaults are found for
``@skip``, ``@include`` and the cost.  The tables are plain, so they can be stored with a plan.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from milkrun_graph.errors import RequestRefused

_BITS = 2**31


class VariablesInvalid(RequestRefused):
    """A variable's value does not fit its type. ``errors`` has all of them, formatted."""

    code = "BAD_USER_INPUT"

    def __init__(self, messages: list[str]) -> None:
        super().__init__(messages[0])
        self.errors = [{"message": message, "extensions": {"code": self.code}} for message in messages]


@dataclass(frozen=True, slots=True)
class InputField:
    """A field of an input object. ``optional``: it is nullable or has a default."""

    named: str
    wrap: str
    optional: bool
    default: Any = None
    defaulted: bool = False


@dataclass(frozen=True, slots=True)
class InputType:
    """An enum with its values, an input object with its fields, or (with neither) a scalar."""

    values: frozenset[str] | None = None
    fields: Mapping[str, InputField] | None = None
    one_of: bool = False


_CUSTOM_SCALAR = InputType()


@dataclass(frozen=True, slots=True)
class Variable:
    """A variable definition; ``wrap`` is the type outside in, ``![`` for a non-null list."""

    name: str
    named: str
    wrap: str
    defaulted: bool = False
    default: Any = None


@dataclass(frozen=True, slots=True)
class Variables:
    """The variable definitions of an operation and the input types that they use."""

    definitions: tuple[Variable, ...] = ()
    types: Mapping[str, InputType] = field(default_factory=dict)

    def coerce(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """The values, defaults included.  Raises VariablesInvalid."""
        if not self.definitions:
            return {}
        values: dict[str, Any] = {}
        problems: list[str] = []
        for variable in self.definitions:
            name = variable.name
            if name not in given:
                if variable.defaulted:
                    values[name] = variable.default
                elif variable.wrap.startswith("!"):
                    problems.append(f"Variable '${name}' of required type was not provided.")
                continue
            try:
                values[name] = self._coerce(given[name], variable.named, variable.wrap)
            except _Misfit as misfit:
                problems.append(f"Variable '${name}' got an invalid value{misfit.place}: {misfit.message}.")
        if problems:
            raise VariablesInvalid(problems[:20])
        return values

    def _coerce(self, value: Any, named: str, wrap: str) -> Any:
        if wrap.startswith("!"):
            if value is None:
                raise _Misfit("it must not be null")
            wrap = wrap[1:]
        if value is None:
            return None
        if wrap.startswith("["):
            if not isinstance(value, list):
                return [self._coerce(value, named, wrap[1:])]
            return [self._at(index, item, named, wrap[1:]) for index, item in enumerate(value)]
        scalar = _SCALARS.get(named)
        return scalar(value) if scalar is not None else self._other(value, named)

    def _other(self, value: Any, named: str) -> Any:
        known = self.types.get(named, _CUSTOM_SCALAR)
        if known.values is not None and (not isinstance(value, str) or value not in known.values):
            raise _Misfit(f"it is no value of the enum {named}")
        return value if known.fields is None else self._object(value, named, known, known.fields)

    def _at(self, key: str | int, value: Any, named: str, wrap: str) -> Any:
        try:
            return self._coerce(value, named, wrap)
        except _Misfit as misfit:
            raise _Misfit(misfit.message, (key, *misfit.path)) from None

    def _object(self, value: Any, named: str, known: InputType, fields: Mapping[str, InputField]) -> dict[str, Any]:
        if not isinstance(value, dict):
            raise _Misfit(f"it must be an object of the type {named}")
        for key in value:
            if key not in fields:
                raise _Misfit(f"{key!r} is no field of {named}")
        made: dict[str, Any] = {}
        for key, inner in fields.items():
            if key in value:
                made[key] = self._at(key, value[key], inner.named, inner.wrap)
            elif inner.defaulted:
                made[key] = inner.default
            elif not inner.optional:
                raise _Misfit(f"the field {key!r} of {named} is required")
        if known.one_of and (len(value) != 1 or next(iter(value.values())) is None):
            raise _Misfit(f"exactly one field of {named} must be given, and it must not be null")
        return made


class _Misfit(Exception):
    def __init__(self, message: str, path: tuple[str | int, ...] = ()) -> None:
        super().__init__(message)
        self.message, self.path = message, path

    @property
    def place(self) -> str:
        return "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in self.path)


def _int(value: Any) -> int:
    if not _is_whole(value) or not -_BITS <= value < _BITS:
        raise _Misfit("it must be an Int")
    return int(value)


def _float(value: Any) -> float:
    if not isinstance(value, int | float) or isinstance(value, bool):
        raise _Misfit("it must be a Float")
    return float(value)


def _string(value: Any) -> str:
    if not isinstance(value, str):
        raise _Misfit("it must be a String")
    return value


def _boolean(value: Any) -> bool:
    if not isinstance(value, bool):
        raise _Misfit("it must be a Boolean")
    return value


def _id(value: Any) -> str:
    if isinstance(value, str):
        return value
    if _is_whole(value):
        return str(int(value))
    raise _Misfit("it must be an ID")


def _is_whole(value: Any) -> bool:
    if isinstance(value, float):
        return value.is_integer()
    return isinstance(value, int) and not isinstance(value, bool)


# Input coercion of section 3.5.
_SCALARS = {"Int": _int, "Float": _float, "String": _string, "Boolean": _boolean, "ID": _id}
