"""Answers of several subgraphs become one object."""

from __future__ import annotations

from typing import Any


def merge(into: dict[str, Any], more: dict[str, Any]) -> bool:
    """Add an answer: objects by key, lists by index, an object instead of null, the first of two scalars.

    False if two lists differ in length: then the first one stays as it is.
    """
    agreed = True
    for key, value in more.items():
        if key not in into:
            into[key] = value
            continue
        kept = into[key]
        if kept is None:
            into[key] = value
        elif kept.__class__ is dict and value.__class__ is dict:
            agreed = merge(kept, value) and agreed
        elif kept.__class__ is list and value.__class__ is list:
            agreed = _merge_lists(kept, value) and agreed
    return agreed


def _merge_lists(into: list[Any], more: list[Any]) -> bool:
    if len(into) != len(more):
        return False
    agreed = True
    for index, (kept, value) in enumerate(zip(into, more, strict=True)):
        if kept is None:
            into[index] = value
        elif kept.__class__ is dict and value.__class__ is dict:
            agreed = merge(kept, value) and agreed
        elif kept.__class__ is list and value.__class__ is list:
            agreed = _merge_lists(kept, value) and agreed
    return agreed


def together(
    mine: tuple[list[list[Any]], list[bytes]], theirs: tuple[list[list[Any]], list[bytes]]
) -> tuple[list[list[Any]], list[bytes]]:
    """Two lists of representations, and the targets of each, as one without duplicates."""
    groups: dict[bytes, list[Any]] = {}
    for targets, texts in (mine, theirs):
        for target, text in zip(targets, texts, strict=True):
            groups[text] = groups.get(text, []) + target
    return list(groups.values()), list(groups)


def copied(value: Any) -> Any:
    """A copy of nested objects and lists, for an entity that appears at a second place."""
    if value.__class__ is dict:
        return {key: copied(inner) for key, inner in value.items()}
    if value.__class__ is list:
        return [copied(inner) for inner in value]
    return value
