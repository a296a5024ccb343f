"""Plans an order: as few boxes as the packer finds, then the smallest that hold the same items.

The order of business is (boxes, outer volume).  Every plan is judged by the checker before anybody sees it.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Protocol

from pack.domain.checker import check
from pack.domain.errors import ItemFitsNoBox, OrderTooComplex
from pack.domain.model import Box, Item, PackedBox

type SecondsLeft = Callable[[], float]

WORK = 1_000  # boxes tried times pieces placed: keeps an order of everyday size exact and a huge one quick
ONE_BOX_SHARE = 0.4  # of the time, for the hope that one box will do


class Packer(Protocol):
    """Places items; what is left out of its answer did not fit (or there was no time to find out)."""

    def pack(
        self, items: Sequence[Item], boxes: Sequence[Box], most: int | None, seconds: float
    ) -> tuple[PackedBox, ...]:
        """Boxes of the given types, at most ``most`` of them, found within ``seconds``."""


def plan(
    items: Sequence[Item], boxes: Sequence[Box], packer: Packer, seconds_left: SecondsLeft
) -> tuple[PackedBox, ...]:
    """Every item placed in as few boxes as found, or the reason why not."""
    by_size = sorted(boxes, key=lambda box: (box.outer.volume, box.ref))
    for item in items:
        _require_a_box(item, by_size)
    soon = seconds_left() * (1 - ONE_BOX_SHARE)
    packed = _in_one_box(items, by_size, packer, lambda: seconds_left() - soon) or tuple(
        _shrunk(one, items, by_size, packer, seconds_left) for one in _in_several(items, by_size, packer, seconds_left)
    )
    check(items, packed)
    return packed


def _require_a_box(item: Item, boxes: Sequence[Box]) -> None:
    if not any(_takes(box, item) for box in boxes):
        roomy = [box.ref for box in boxes if item.fits_inside(box.inner)]
        upright = " and must stay upright" if item.keep_upright else ""
        reason = (
            f"it weighs {item.weight_g} g, more than {', '.join(roomy)} may carry"
            if roomy
            else f"its edges are {tuple(item.dims)} mm{upright}, and no box has that room inside"
        )
        raise ItemFitsNoBox(f"item {item.sku} fits no box of this FC: {reason}", sku=item.sku, reason=reason)


def _takes(box: Box, item: Item) -> bool:
    return item.fits_inside(box.inner) and item.weight_g <= box.max_payload_g


def _in_one_box(
    items: Sequence[Item], by_size: Sequence[Box], packer: Packer, seconds_left: SecondsLeft
) -> tuple[PackedBox, ...]:
    """The smallest box found that holds everything, or nothing (also when the time is up)."""
    wanted = _pieces(items)
    for box in _thinned([box for box in by_size if _could_hold(box, items)], wanted):
        seconds = seconds_left()
        if seconds <= 0:
            break
        packed = packer.pack(items, [box], 1, seconds)
        if sum(len(one.placements) for one in packed) == wanted:
            return packed
    return ()


def _thinned(boxes: Sequence[Box], pieces: int) -> Sequence[Box]:
    """As many of the boxes as are worth trying for so many pieces: spread over the sizes, the largest among them.

    It is counted, not timed, so that the same order gets the same plan on a busy machine too.
    """
    most = max(2, WORK // pieces)
    if len(boxes) <= most:
        return boxes
    return [boxes[(rank + 1) * len(boxes) // most - 1] for rank in range(most)]


def _could_hold(box: Box, items: Sequence[Item]) -> bool:
    """The cheap test before the search: each piece fits alone, and volume and weight add up."""
    return (
        all(item.fits_inside(box.inner) for item in items)
        and sum(item.dims.volume * item.quantity for item in items) <= box.inner.volume
        and sum(item.weight_g * item.quantity for item in items) <= box.max_payload_g
    )


def _in_several(
    items: Sequence[Item], by_size: Sequence[Box], packer: Packer, seconds_left: SecondsLeft
) -> tuple[PackedBox, ...]:
    """Pack what is left until nothing is: each piece fits some box alone, so every round gets further."""
    done: list[PackedBox] = []
    left = tuple(items)
    while left:
        seconds = seconds_left()
        packed = packer.pack(left, _offered(left, by_size), None, seconds) if seconds > 0 else ()
        if not any(one.placements for one in packed):
            raise OrderTooComplex(
                "no plan was found in the time that a request may take; split the order", pieces_left=_pieces(left)
            )
        done += packed
        left = _without(left, packed)
    return tuple(done)


def _offered(items: Sequence[Item], by_size: Sequence[Box]) -> Sequence[Box]:
    """The boxes to choose among: a selection for a large order, but for every item one that takes it."""
    offered = set(_thinned(by_size, _pieces(items)))
    for item in items:
        if not any(_takes(box, item) for box in offered):
            offered.add(next(box for box in reversed(by_size) if _takes(box, item)))
    return [box for box in by_size if box in offered]


def _shrunk(
    packed: PackedBox, items: Sequence[Item], by_size: Sequence[Box], packer: Packer, seconds_left: SecondsLeft
) -> PackedBox:
    """The same pieces in a smaller box, where one is found to hold them in the time that is left."""
    smaller = [box for box in by_size if box.outer.volume < packed.box.outer.volume]
    better = _in_one_box(_pieces_of(packed, items), smaller, packer, seconds_left)
    return better[0] if better else packed


def _pieces_of(packed: PackedBox, items: Sequence[Item]) -> tuple[Item, ...]:
    held = Counter(placement.sku for placement in packed.placements)
    return tuple(replace(item, quantity=held[item.sku]) for item in items if held[item.sku])


def _without(items: Sequence[Item], packed: Sequence[PackedBox]) -> tuple[Item, ...]:
    gone = Counter(placement.sku for one in packed for placement in one.placements)
    rest = ((item, item.quantity - gone[item.sku]) for item in items)
    return tuple(replace(item, quantity=quantity) for item, quantity in rest if quantity > 0)


def _pieces(items: Sequence[Item]) -> int:
    return sum(item.quantity for item in items)
