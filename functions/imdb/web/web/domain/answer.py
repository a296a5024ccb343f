"""An answer of the graph, of which a part may be missing."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

type Path = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Answer:
    """What the graph said, and the response paths at which it says that something went wrong."""

    data: Mapping[str, Any]
    faults: tuple[Path, ...] = ()

    @property
    def whole(self) -> bool:
        return not self.faults

    def faulty(self, *path: str | int) -> bool:
        """Whether a fault may be why something at or below ``path`` is missing.

        A gateway that lost a whole call names the nearest place above it, mostly a list: so a fault above counts, too.
        """
        return any(_meet(fault, path) for fault in self.faults)

    def lost(self, items: Iterable[Mapping[str, Any]], field: str, *path: str | int) -> bool:
        """Whether a field of the items at ``path`` was lost: a fault names it, or none has it and a fault may be why.

        Where some have it and no fault names it, the others have none to show, which is no fault.
        """
        near = [fault for fault in self.faults if _meet(fault, path)]
        values = [item.get(field) for item in items]
        named = any(field in fault[len(path) :] for fault in near)
        return named or (bool(near and values) and all(value is None for value in values))


def _meet(one: Path, other: Path) -> bool:
    return all(left == right for left, right in zip(one, other, strict=False))
