"""Where the objects are that an entity fetch adds to, and what the subgraph is told about each."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from milkrun_graph.executor.generate import Source, Untold
from milkrun_graph.executor.messages import Path
from milkrun_graph.planner.plan import Entry, Representation, RepresentationField, Segment

type Object = dict[str, Any]
type Collector = Callable[[Object], list[Object]]
type Builder = Callable[[Object], Object | None]

_MISSING = object()


def collector(entry: Entry) -> Collector:
    """A function that finds an entry's targets in the working object, in document order.

    It raises Untold if one of them does not say its type where that matters: then ``walk`` tells which.
    """
    source = Source()
    source.constants["Untold"] = Untold
    source.line(0, "def collect(o):")
    source.line(1, "found = []")
    depth, variable = 1, "o"
    for at, segment in enumerate(entry.path):
        depth, variable = _enter(source, depth, variable, segment, at)
    if entry.types is not None:
        source.line(depth, f"if {source.told(variable, entry.types)}:")
        depth += 1
    elif entry.representation.typename is None:
        source.line(depth, f"if {variable}.get('__typename') is None: raise Untold")
    source.line(depth, f"found.append({variable})")
    source.line(1, "return found")
    return source.build()["collect"]


def _enter(source: Source, depth: int, variable: str, segment: Segment, at: int) -> tuple[int, str]:
    inner = f"v{at}"
    source.line(depth, f"{inner} = {variable}.get({segment.key!r})")
    for level in range(segment.lists):
        source.line(depth, f"if {inner}.__class__ is list:")
        source.line(depth + 1, f"for v{at}_{level} in {inner}:")
        inner = f"v{at}_{level}"
        depth += 2
    fits = f" and {source.told(inner, segment.types)}" if segment.types is not None else ""
    source.line(depth, f"if {inner}.__class__ is dict{fits}:")
    return depth + 1, inner


def builder(shape: Representation) -> Builder:
    """A function from a target to its representation, or None when it has no key."""
    source = Source()
    source.constants["MISSING"] = _MISSING
    names = _Names(source)
    nested = {id(f): names.rebuild(f.fields) for f in (*shape.keys, *shape.requires) if f.fields}
    source.line(0, "def build(o):")
    typename = repr(shape.typename)
    if shape.typename is None:
        source.line(1, "typename = o.get('__typename')")
        source.line(1, "if typename is None: return None")
        typename = "typename"
    source.line(1, f"made = {{'__typename': {typename}}}")
    for field, is_key in [(f, True) for f in shape.keys] + [(f, False) for f in shape.requires]:
        depth = 1
        if field.types is not None:
            source.line(1, f"if {source.fits('o', field.types)}:")
            depth = 2
        source.line(depth, f"v = o.get({field.source!r}, MISSING)")
        source.line(depth, "if v is None or v is MISSING: return None" if is_key else "if v is MISSING: return None")
        value = f"{nested[id(field)]}(v)" if field.fields else "v"
        source.line(depth, f"made[{field.name!r}] = {value}")
    source.line(1, "return made")
    build = source.build()["build"]
    return _guarded(build) if nested else build


class _Names:
    """Writes the functions that rebuild nested objects of a representation, innermost first."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._count = 0

    def rebuild(self, fields: tuple[RepresentationField, ...]) -> str:
        inner = {id(f): self.rebuild(f.fields) for f in fields if f.fields}
        self._count += 1
        name, source = f"rebuild{self._count}", self._source
        source.line(0, f"def {name}(o):")
        source.line(1, f"if o.__class__ is list: return [{name}(x) for x in o]")
        source.line(1, "if o.__class__ is not dict: return o")
        source.line(1, "made = {}")
        for field in fields:
            depth = 1
            if field.types is not None:
                source.line(1, f"if {source.fits('o', field.types)}:")
                depth = 2
            value = f"o[{field.source!r}]"
            source.line(
                depth,
                f"made[{field.name!r}] = {inner[id(field)]}({value})"
                if field.fields
                else f"made[{field.name!r}] = {value}",
            )
        source.line(1, "return made")
        return name


def _guarded(build: Builder) -> Builder:
    def guarded(target: Object) -> Object | None:
        try:
            return build(target)
        except KeyError:  # something below was never fetched, because a fetch failed
            return None

    return guarded


def _ignore(_: Path) -> None:
    pass


def walk(
    data: Object, path: tuple[Segment, ...], untold: Callable[[Path], None] = _ignore
) -> Iterator[tuple[Object, Path, tuple[Object, ...]]]:
    """The objects at a path like a collector's, each with its path and the objects above it, the root first.

    ``untold`` hears of those that do not say their type where that matters: they are left out.
    """
    yield from _walk((data, (), (data,)), path, untold)


def _walk(
    place: tuple[Object, Path, tuple[Object, ...]], path: tuple[Segment, ...], untold: Callable[[Path], None]
) -> Iterator[tuple[Object, Path, tuple[Object, ...]]]:
    if not path:
        yield place
        return
    target, prefix, above = place
    segment = path[0]
    for inner, where in _items(target.get(segment.key), segment.lists, (*prefix, segment.key)):
        if not isinstance(inner, dict):
            continue
        typename = inner.get("__typename")
        if segment.types is None or (isinstance(typename, str) and typename in segment.types):
            yield from _walk((inner, where, (*above, inner)), path[1:], untold)
        elif typename is None:
            untold(where)


def _items(value: Any, lists: int, where: Path) -> Iterator[tuple[Any, Path]]:
    if lists == 0:
        yield value, where
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _items(item, lists - 1, (*where, index))
