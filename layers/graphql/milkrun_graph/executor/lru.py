"""A bounded cache: the least recently used goes first, by count and by weight."""

from __future__ import annotations


class Lru[K, V]:
    """Python's dicts keep their order of insertion, so the first key is the one not used for longest."""

    def __init__(self, count: int, weight: int) -> None:
        self._entries: dict[K, tuple[V, int]] = {}
        self._count, self._weight = count, weight
        self._total = 0

    def __len__(self) -> int:
        return len(self._entries)

    def values(self) -> list[V]:
        """All values, the least recently used first."""
        return [value for value, _ in self._entries.values()]

    def items(self) -> list[tuple[K, V]]:
        return [(key, value) for key, (value, _) in self._entries.items()]

    def get(self, key: K) -> V | None:
        entry = self._entries.pop(key, None)
        if entry is None:
            return None
        self._entries[key] = entry
        return entry[0]

    def put(self, key: K, value: V, weight: int) -> None:
        """Keep a value.  What alone is heavier than the whole cache is not kept."""
        if weight > self._weight or self._count < 1:
            return
        old = self._entries.pop(key, None)
        self._total += weight - (old[1] if old else 0)
        self._entries[key] = (value, weight)
        while len(self._entries) > self._count or self._total > self._weight:
            self._total -= self._entries.pop(next(iter(self._entries)))[1]
