"""Judges a plan by the rules of placement, and knows nothing of how it was made.

A plan is good when every piece of the order is in it exactly once, and in every box: each piece lies inside, turned
only as it may be, overlaps no other, rests with enough of its base on the floor or on others, and the closed box is
not too heavy.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from itertools import combinations

from pack.domain.errors import InvalidPlacement
from pack.domain.model import Item, PackedBox, Placement, weights

SUPPORT_PERCENT = 75


@dataclass(frozen=True, slots=True)
class Fault:
    """One broken rule: which, in which box of the plan (-1: the plan as a whole), by which SKU, and the figures."""

    rule: str
    box_index: int
    sku: str
    detail: str


def check(items: Sequence[Item], boxes: Sequence[PackedBox], support_percent: int = SUPPORT_PERCENT) -> None:
    """Raise InvalidPlacement, with every broken rule, unless the plan is good."""
    faults = list(find_faults(items, boxes, support_percent))
    if faults:
        first = faults[0]
        raise InvalidPlacement(
            f"the plan breaks the rule '{first.rule}' in box {first.box_index}: {first.detail}",
            faults=[asdict(fault) for fault in faults[:10]],
            fault_count=len(faults),
        )


def find_faults(
    items: Sequence[Item], boxes: Sequence[PackedBox], support_percent: int = SUPPORT_PERCENT
) -> Iterator[Fault]:
    """Every broken rule; none for a good plan."""
    yield from _miscounted(items, boxes)
    by_sku = {item.sku: item for item in items}
    for index, packed in enumerate(boxes):
        known = [placement for placement in packed.placements if placement.sku in by_sku]
        yield from _too_heavy(index, packed, items)
        yield from _outside(index, packed)
        yield from _turned(index, known, by_sku)
        yield from _overlapping(index, packed.placements)
        yield from _unsupported(index, packed.placements, support_percent)


def _miscounted(items: Sequence[Item], boxes: Sequence[PackedBox]) -> Iterator[Fault]:
    wanted = Counter({item.sku: item.quantity for item in items})
    placed = Counter(placement.sku for packed in boxes for placement in packed.placements)
    for sku in sorted(wanted.keys() | placed.keys()):
        if wanted[sku] != placed[sku]:
            yield Fault("each item exactly once", -1, sku, f"ordered {wanted[sku]}, placed {placed[sku]}")


def _too_heavy(index: int, packed: PackedBox, items: Iterable[Item]) -> Iterator[Fault]:
    weight_of = weights(items)
    payload = sum(weight_of.get(placement.sku, 0) for placement in packed.placements)
    gross = packed.box.tare_g + payload
    if gross > packed.box.max_gross_g:
        yield Fault("gross weight", index, "", f"{gross} g in a box for {packed.box.max_gross_g} g")


def _outside(index: int, packed: PackedBox) -> Iterator[Fault]:
    for placement in packed.placements:
        for axis, at, edge, room in zip("xyz", placement.at, placement.placed, packed.box.inner, strict=True):
            if at < 0 or edge <= 0 or at + edge > room:
                yield Fault("inside the box", index, placement.sku, f"{axis} from {at} to {at + edge} of {room} mm")


def _turned(index: int, placements: Iterable[Placement], by_sku: dict[str, Item]) -> Iterator[Fault]:
    for placement in placements:
        item = by_sku[placement.sku]
        if placement.placed not in item.ways_round():
            upright = ", keep upright" if item.keep_upright else ""
            yield Fault(
                "allowed orientation",
                index,
                item.sku,
                f"{tuple(item.dims)} mm{upright}, lies as {tuple(placement.placed)}",
            )


def _overlapping(index: int, placements: Sequence[Placement]) -> Iterator[Fault]:
    for one, other in combinations(placements, 2):
        shared = [
            min(a + da, b + db) - max(a, b)
            for a, da, b, db in zip(one.at, one.placed, other.at, other.placed, strict=True)
        ]
        if min(shared) > 0:
            yield Fault(
                "no overlap", index, one.sku, f"shares {tuple(shared)} mm with {other.sku} at {tuple(other.at)}"
            )


def _unsupported(index: int, placements: Sequence[Placement], support_percent: int) -> Iterator[Fault]:
    for placement in placements:
        if placement.at.z == 0:
            continue
        base = placement.placed.x * placement.placed.y
        carried = sum(
            _shared_area(placement, other) for other in placements if other.at.z + other.placed.z == placement.at.z
        )
        if carried * 100 < base * support_percent:
            percent = carried * 100 // base if base > 0 else 0
            yield Fault(
                "support", index, placement.sku, f"{percent} % of the base at height {placement.at.z} mm is carried"
            )


def _shared_area(one: Placement, other: Placement) -> int:
    width = min(one.at.x + one.placed.x, other.at.x + other.placed.x) - max(one.at.x, other.at.x)
    depth = min(one.at.y + one.placed.y, other.at.y + other.placed.y) - max(one.at.y, other.at.y)
    return max(width, 0) * max(depth, 0)
