"""Who may see what: ``@authenticated``, ``@requiresScopes`` and ``@policy`` against a request's claims."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from random import random

from milkrun_graph.executor.messages import NOBODY, Claims
from milkrun_graph.supergraph.tables import Authorization, Supergraph

_PERCENT = "percent("


class Gatekeeper:
    """Reduces claims to what the supergraph knows, so that few different ones make few different plans."""

    def __init__(self, tables: Supergraph) -> None:
        needed = list(_authorizations(tables))
        self._scopes = frozenset(scope for each in needed for group in each.scopes for scope in group)
        self._policies = frozenset(policy for each in needed for group in each.policies for policy in group)
        self._guards = bool(needed)

    def relevant(self, claims: Claims) -> Claims:
        """What of the claims can make a difference."""
        if not self._guards:
            return NOBODY
        return Claims(claims.authenticated, claims.scopes & self._scopes, claims.policies & self._policies)


def allows(claims: Claims) -> Callable[[Authorization], bool]:
    """Decides on one requirement: of scopes and of policies one group must be there completely."""

    def decide(needed: Authorization) -> bool:
        if needed.authenticated and not claims.authenticated:
            return False
        if needed.scopes and not any(claims.scopes.issuperset(group) for group in needed.scopes):
            return False
        return not needed.policies or any(claims.policies.issuperset(group) for group in needed.policies)

    return decide


def active(labels: frozenset[str], chosen: frozenset[str]) -> frozenset[str]:
    """The progressive overrides that are on for a request: those chosen, and ``percent(n)`` by chance."""
    return frozenset(label for label in labels if label in chosen or _lucky(label))


def _lucky(label: str) -> bool:
    if not label.startswith(_PERCENT):
        return False
    try:
        return random() * 100 < float(label.removeprefix(_PERCENT).rstrip(")"))  # noqa: S311 - no secret depends on it
    except ValueError:
        return False


def _authorizations(tables: Supergraph) -> Iterator[Authorization]:
    for kind in tables.types.values():
        if kind.authorization is not None:
            yield kind.authorization
        for field in kind.fields.values():
            if field.authorization is not None:
                yield field.authorization
