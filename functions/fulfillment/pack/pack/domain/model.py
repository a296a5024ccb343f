"""What packing speaks about: items, types of box, and the plan that places every item. Integer mm and g throughout.

An item's height is its vertical edge when it stands as its label says; z points up.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple


class Dims(NamedTuple):
    """Edges along x, y and z (for an item at rest: length, width, height)."""

    x: int
    y: int
    z: int

    @property
    def volume(self) -> int:
        return self.x * self.y * self.z


@dataclass(frozen=True, slots=True)
class Item:
    """``quantity`` equal pieces of one SKU."""

    sku: str
    dims: Dims
    weight_g: int
    keep_upright: bool
    quantity: int

    def fits_inside(self, inner: Dims) -> bool:
        """Whether one piece fits some allowed way round."""
        return any(all(edge <= room for edge, room in zip(turned, inner, strict=True)) for turned in self.ways_round())

    def ways_round(self) -> set[Dims]:
        """The orientations that this item may be placed in: six, or two when it must stay upright."""
        x, y, z = self.dims
        upright = {Dims(x, y, z), Dims(y, x, z)}
        if self.keep_upright:
            return upright
        return upright | {Dims(x, z, y), Dims(z, x, y), Dims(y, z, x), Dims(z, y, x)}


@dataclass(frozen=True, slots=True)
class Box:
    """A type of box: how much room it has inside, what it takes outside, and what it may weigh when closed."""

    ref: str
    inner: Dims
    outer: Dims
    tare_g: int
    max_gross_g: int

    @property
    def max_payload_g(self) -> int:
        return self.max_gross_g - self.tare_g


@dataclass(frozen=True, slots=True)
class Placement:
    """One piece: its corner nearest the origin, and its edges as it lies."""

    sku: str
    at: Dims
    placed: Dims


@dataclass(frozen=True, slots=True)
class PackedBox:
    """One box of the plan and the pieces in it, from the floor up."""

    box: Box
    placements: tuple[Placement, ...]

    def gross_weight_g(self, weight_of: dict[str, int]) -> int:
        return self.box.tare_g + sum(weight_of[placement.sku] for placement in self.placements)

    @property
    def fill_ratio(self) -> float:
        """Share of the room inside that is filled with items."""
        return round(sum(placement.placed.volume for placement in self.placements) / self.box.inner.volume, 4)


def weights(items: Iterable[Item]) -> dict[str, int]:
    """Weight of one piece of each SKU."""
    return {item.sku: item.weight_g for item in items}
