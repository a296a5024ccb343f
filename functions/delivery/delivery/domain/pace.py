"""How often to look: often at first, then ever more slowly, so that no execution history grows without bound."""

from __future__ import annotations

import math

STACK_SLOWING = 10
BAKE_SLOWING = 20


def pause(poll_seconds: float, elapsed: float, slowing: int) -> int:
    """Whole seconds until the next look.

    Linear until ``poll_seconds * slowing`` have passed, then a fixed share of the time already waited:
    the number of looks grows with the logarithm of the time, and a finding is late by at most that share.
    """
    return max(1, math.ceil(max(poll_seconds, elapsed / slowing)))


def looks_within(poll_seconds: float, limit: float, slowing: int) -> int:
    """How many looks fit into ``limit`` seconds: the bound of a loop, for the budget of the event history."""
    looks, elapsed = 1, 0.0
    while elapsed < limit:
        elapsed += pause(poll_seconds, elapsed, slowing)
        looks += 1
    return looks
