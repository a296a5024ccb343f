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
    packed = _in_one_box(items, by_size, packer, seconds_left) or tuple(
        _shrunk(one, items, by_size, packer, seconds_left) for one in _in_several(items, by_size, packer, seconds_left)
    )
    check(items, packed)
    return packed


def _require_a_box(item: Item, boxes: Sequence[Box]) -> None:
    if not any(item.fits_inside(box.inner) and item.weight_g <= box.max_payload_g for box in boxes):
        roomy = [box.ref for box in boxes if item.fits_inside(box.inner)]
        upright = " and must stay upright" if item.keep_upright else ""
        reason = (
            f"it weighs {item.weight_g} g, more than {', '.join(roomy)} may carry"
            if roomy
            else f"its edges are {tuple(item.dims)} mm{upright}, and no box has that room inside"
        )
        raise ItemFitsNoBox(f"item {item.sku} fits no box of this FC: {reason}", sku=item.sku, reason=reason)


def _in_one_box(
    items: Sequence[Item], by_size: Sequence[Box], packer: Packer, seconds_left: SecondsLeft
) -> tuple[PackedBox, ...]:
    """The smallest box that holds everything, or nothing."""
    wanted = sum(item.quantity for item in items)
    for box in by_size:
        if not _could_hold(box, items):
            continue
        packed = packer.pack(items, [box], 1, _time(seconds_left))
        if sum(len(one.placements) for one in packed) == wanted:
            return packed
    return ()


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
        packed = packer.pack(left, by_size, None, _time(seconds_left))
        if not any(one.placements for one in packed):
            raise OrderTooComplex(
                "no plan was found in the time that a request may take; split the order", pieces_left=_pieces(left)
            )
        done += packed
        left = _without(left, packed)
    return tuple(done)


def _shrunk(
    packed: PackedBox, items: Sequence[Item], by_size: Sequence[Box], packer: Packer, seconds_left: SecondsLeft
) -> PackedBox:
    """The same pieces in a smaller box, where one holds them."""
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


def _time(seconds_left: SecondsLeft) -> float:
    left = seconds_left()
    if left <= 0:
        raise OrderTooComplex("no plan was found in the time that a request may take; split the order")
    return left
