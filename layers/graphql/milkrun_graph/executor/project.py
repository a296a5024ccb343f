"""Completion as generated code, for answers in which everything is as it should be.

Whatever is not (a null in a non-null place, a wrong type, an unknown name) raises Irregular, and the whole
response is completed again by ``complete``, which is slower and knows every rule.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from milkrun_graph.executor.generate import Source
from milkrun_graph.planner.plan import ProjectedField, Projection

type Projector = Callable[[dict[str, Any]], dict[str, Any]]

IRREGULAR = (KeyError, TypeError, AttributeError)
# The classes that a built-in scalar has in JSON. Int and ID are looked at more closely by ``complete``.
_CLASSES = {"Int": "int", "String": "str", "Boolean": "bool", "ID": "str"}


class Irregular(KeyError):
    """The fast way does not apply."""


def projector(projection: Projection) -> Projector:
    """A function from the working object to the response's data; it raises one of IRREGULAR."""
    writer = _Writer()
    name = writer.selection(projection)
    source = writer.source
    source.line(0, f"def project(o): return {name}(o)")
    return source.build()["project"]


class _Writer:
    def __init__(self) -> None:
        self.source = Source()
        self.source.constants |= {
            "Irregular": Irregular,
            "lists": _lists,
            "exactly": _exactly,
            "number": _number,
            "one_of": _one_of,
        }
        self._count = 0
        self._written: dict[int, str] = {}

    def selection(self, projection: Projection) -> str:
        """The name of the function that completes objects of this selection set."""
        if id(projection) not in self._written:
            self._written[id(projection)] = self._selection(projection)
        return self._written[id(projection)]

    def _selection(self, projection: Projection) -> str:
        if projection.typename is not None:
            return self._objects(projection.typename, fitting(projection, projection.typename))
        made: dict[tuple[int, ...], str] = {}
        dispatch: dict[str | None, str] = {}
        unknown = () if projection.told else (None,)
        for typename in (*sorted(projection.possible), *unknown):
            fields = fitting(projection, typename)
            same = tuple(id(field) for field in fields)
            if same not in made:
                made[same] = self._objects(None, fields)
            dispatch[typename] = made[same]
        table, name = self._name("table"), self._name("abstract")
        self.source.line(0, f"{table} = {{{', '.join(f'{key!r}: {value}' for key, value in dispatch.items())}}}")
        self.source.line(0, f"def {name}(o): return {table}[o.get('__typename')](o)")
        return name

    def _name(self, kind: str) -> str:
        self._count += 1
        return f"{kind}{self._count}"

    def _objects(self, typename: str | None, fields: list[ProjectedField]) -> str:
        inner = {id(field): self.selection(field.projection) for field in fields if field.projection is not None}
        name = self._name("object")
        self.source.line(0, f"def {name}(o):")
        self.source.line(1, "if o.__class__ is not dict: raise Irregular")
        made = []
        for at, field in enumerate(fields):
            made.append(f"{field.key!r}: {self._field(field, f'v{at}', typename, inner.get(id(field)))}")
        self.source.line(1, f"return {{{', '.join(made)}}}")
        return name

    def _field(self, field: ProjectedField, variable: str, typename: str | None, inner: str | None) -> str:
        """Write how a field's value is made, and say what it is called."""
        if field.unauthorized or field.introspection:
            self.source.line(1, "raise Irregular")
            return "None"
        if field.typename:
            if typename is not None:
                return repr(typename)
            self.source.line(1, f"{variable} = o['__typename']")
            self.source.line(1, f"if {variable} is None: raise Irregular")
            return variable
        required = field.wrap.startswith("!")
        self.source.line(
            1, f"{variable} = o[{field.source!r}]" if required else f"{variable} = o.get({field.source!r})"
        )
        rest = field.wrap.removeprefix("!")
        if not rest and inner is None and field.values is None and field.named in _CLASSES:
            nullable = "" if required else f" and {variable} is not None"
            self.source.line(1, f"if {variable}.__class__ is not {_CLASSES[field.named]}{nullable}: raise Irregular")
            if field.named == "Int":
                self.source.line(
                    1, f"if {variable} is not None and not -2147483648 <= {variable} <= 2147483647: raise Irregular"
                )
            return variable
        value = self._value(variable, rest, field, inner, 0)
        if value != variable:
            self.source.line(1, f"if {variable} is not None: {variable} = {value}")
        if required:
            self.source.line(1, f"if {variable} is None: raise Irregular")
        return variable

    def _value(self, variable: str, wrap: str, field: ProjectedField, inner: str | None, depth: int) -> str:
        """An expression for a value that is not null."""
        if not wrap:
            return self._single(variable, field, inner)
        item, rest = f"x{depth}", wrap[1:]
        required = rest.startswith("!")
        value = self._value(item, rest.removeprefix("!"), field, inner, depth + 1)
        if value == item:
            return f"lists({variable}, {required})"
        if not required:
            value = f"None if {item} is None else {value}"
        return f"[{value} for {item} in lists({variable}, False)]"

    def _single(self, variable: str, field: ProjectedField, inner: str | None) -> str:
        if inner is not None:
            return f"{inner}({variable})"
        if field.values is not None:
            return f"one_of({variable}, {self.source.constant(field.values)})"
        if field.named == "Float":
            return f"number({variable})"
        if field.named in _CLASSES:
            return f"exactly({variable}, {_CLASSES[field.named]})"
        return variable


def fitting(projection: Projection, typename: str | None) -> list[ProjectedField]:
    """The fields that objects of a type have; of those that exclude each other the first, if the type is not known."""
    chosen: dict[str, ProjectedField] = {}
    for field in projection.fields:
        if typename is None or field.types is None or typename in field.types:
            chosen.setdefault(field.key, field)
    return list(chosen.values())


def _lists(value: Any, required: bool) -> Any:
    if value.__class__ is not list or (required and None in value):
        raise Irregular
    return value


def _exactly(value: Any, kind: Any) -> Any:
    if value.__class__ is not kind or (kind is int and not -2147483648 <= value <= 2147483647):  # noqa: PLR2004 - Int
        raise Irregular
    return value


def _number(value: Any) -> Any:
    if value.__class__ is not float and value.__class__ is not int:
        raise Irregular
    return value


def _one_of(value: Any, values: frozenset[str]) -> Any:
    if value not in values:
        raise Irregular
    return value
