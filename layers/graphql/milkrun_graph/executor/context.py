"""``@fromContext``: entities whose contexts differ are asked for in requests of their own."""

from __future__ import annotations

from typing import Any

import orjson

from milkrun_graph.executor.collect import Object, walk
from milkrun_graph.executor.compiled import ReadyEntry, ReadyFetch
from milkrun_graph.executor.generate import fits
from milkrun_graph.planner.plan import ContextArgument

type Asked = tuple[list[list[Object]], list[bytes]]
type Split = tuple[dict[str, Asked], list[bytes]]


def by_context(data: Object, fetch: ReadyFetch, asked: dict[str, Asked]) -> list[Split]:
    """The requests of a fetch: per combination of context values its entities, and the values as JSON members."""
    requests: dict[tuple[str, tuple[bytes, ...]], Split] = {}
    for ready in fetch.entries:
        contexts = _contexts(data, ready)
        for targets, text in zip(*asked[ready.entry.alias], strict=True):
            for target in targets:
                values = contexts.get(id(target), ())
                key = (ready.entry.alias if values else "", values)
                if key not in requests:
                    empty: dict[str, Asked] = {other.entry.alias: ([], []) for other in fetch.entries}
                    requests[key] = (empty, list(values))
                _add(requests[key][0][ready.entry.alias], target, text)
    return list(requests.values())


def _add(asked: Asked, target: Object, text: bytes) -> None:
    groups, texts = asked
    if texts and texts[-1] == text:
        groups[-1].append(target)
    else:
        groups.append([target])
        texts.append(text)


def _contexts(data: Object, ready: ReadyEntry) -> dict[int, tuple[bytes, ...]]:
    """Per target the context arguments as JSON members, by the target's identity."""
    if not ready.entry.contexts:
        return {}
    return {
        id(target): tuple(
            b'"%b":%b' % (context.variable.encode(), orjson.dumps(_value(context, above)))
            for context in ready.entry.contexts
        )
        for target, _, above in walk(data, ready.entry.path)
    }


def _value(context: ContextArgument, above: tuple[Object, ...]) -> Any:
    ancestor = above[context.depth]
    for choice in context.choices:
        if fits(ancestor, choice.types):
            value: Any = ancestor
            for key in choice.keys:
                value = value.get(key) if isinstance(value, dict) else None
            return value
    return None
