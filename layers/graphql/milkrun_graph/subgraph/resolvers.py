"""How a subgraph's fields get their values.

A resolver is called once per parent, ``resolver(parent, context, **arguments)``, or, where ``@batched`` marks it, once
per list of parents, ``resolver(parents, context, **arguments)``, and then returns one value per parent, in their order;
an exception among them is the error of that parent alone.  A reference resolver is called once per type and request,
``reference(representations, context)``, and returns one object, or None, per representation.

Arguments have their GraphQL name in snake case.  A field without a resolver is an item of its parent, where that is a
dict, or its attribute of the same name in snake case.  The parent of a root field is None.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

type Resolver = Callable[..., Any]
type Resolvers = Mapping[str, Mapping[str, Resolver]]
type Reference = Callable[[Sequence[Mapping[str, Any]], Any], Sequence[Any]]
type References = Mapping[str, Reference]

_MARK = "_milkrun_batched"
_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")


def batched[F: Resolver](resolver: F) -> F:
    """Mark a resolver that takes all parents of a list at once."""
    setattr(resolver, _MARK, True)
    return resolver


def is_batched(resolver: Resolver) -> bool:
    return bool(getattr(resolver, _MARK, False))


def snake_case(name: str) -> str:
    """``runtimeMinutes`` → ``runtime_minutes``."""
    return _HUMP.sub("_", name).lower()


def default_resolver(name: str) -> Resolver:
    """What resolves a field that has no resolver of its own."""
    attribute = snake_case(name)

    @batched
    def resolve(parents: Sequence[Any], _context: Any, **_arguments: Any) -> list[Any]:
        return [parent.get(name) if isinstance(parent, dict) else getattr(parent, attribute) for parent in parents]

    return resolve
