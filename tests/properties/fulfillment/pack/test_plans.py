"""What holds for every order: the checker accepts what the packer places, and refuses whatever is moved afterwards."""

from dataclasses import replace

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from pack.domain.checker import find_faults
from pack.domain.model import Box, Dims, Item, PackedBox, Placement
from pack.domain.planning import plan
from pack.packvium_packer import PackviumPacker

EDGE = st.integers(min_value=5, max_value=120)
BOXES = (
    Box("small", Dims(120, 120, 120), Dims(126, 126, 126), 50, 2_000),
    Box("flat", Dims(300, 200, 125), Dims(306, 206, 131), 90, 4_000),
    Box("large", Dims(250, 250, 250), Dims(260, 260, 260), 200, 9_000),
)
MOVES = st.tuples(*[st.integers(min_value=-40, max_value=40)] * 3).filter(any)


@st.composite
def orders(draw: st.DrawFn) -> tuple[Item, ...]:
    kinds = draw(st.integers(min_value=1, max_value=6))
    return tuple(
        Item(
            sku=f"sku-{kind}",
            dims=Dims(draw(EDGE), draw(EDGE), draw(EDGE)),
            weight_g=draw(st.integers(min_value=1, max_value=1_500)),
            keep_upright=draw(st.booleans()),
            quantity=draw(st.integers(min_value=1, max_value=4)),
        )
        for kind in range(kinds)
    )


def planned(items: tuple[Item, ...]) -> tuple[PackedBox, ...]:
    return plan(items, BOXES, PackviumPacker(), lambda: 60.0)


def faults(items: tuple[Item, ...], boxes: tuple[PackedBox, ...]) -> set[str]:
    return {fault.rule for fault in find_faults(items, boxes)}


@given(orders())
@settings(max_examples=150, deadline=None, derandomize=True)
def test_every_plan_is_good_and_made_the_same_twice(items: tuple[Item, ...]) -> None:
    boxes = planned(items)
    assert not faults(items, boxes)
    assert planned(items) == boxes


@given(orders())
@settings(max_examples=50, deadline=None, derandomize=True)
def test_no_box_of_a_plan_could_be_left_out(items: tuple[Item, ...]) -> None:
    boxes = planned(items)
    assert all(one.placements for one in boxes)
    assert sum(len(one.placements) for one in boxes) == sum(item.quantity for item in items)


@given(orders(), st.data())
@settings(max_examples=100, deadline=None, derandomize=True)
def test_a_lost_and_a_doubled_piece_are_refused(items: tuple[Item, ...], data: st.DataObject) -> None:
    boxes = planned(items)
    index = data.draw(st.integers(min_value=0, max_value=len(boxes) - 1))
    one = boxes[index]
    lost = replace(one, placements=one.placements[1:])
    doubled = replace(one, placements=(*one.placements, one.placements[0]))
    assert "each item exactly once" in faults(items, (*boxes[:index], lost, *boxes[index + 1 :]))
    assert {"each item exactly once", "no overlap"} <= faults(items, (*boxes[:index], doubled, *boxes[index + 1 :]))


@given(orders(), st.data())
@settings(max_examples=200, deadline=None, derandomize=True)
def test_a_moved_piece_is_refused_exactly_when_a_grid_of_millimetres_refuses_it(
    items: tuple[Item, ...], data: st.DataObject
) -> None:
    """The judge of the judge: a slow count of occupied and carried cells, written another way."""
    one = data.draw(st.sampled_from(planned(items)))
    index = data.draw(st.integers(min_value=0, max_value=len(one.placements) - 1))
    move = data.draw(MOVES)
    piece = one.placements[index]
    moved = replace(piece, at=Dims(*(at + step for at, step in zip(piece.at, move, strict=True))))
    placements = (*one.placements[:index], moved, *one.placements[index + 1 :])
    found = faults(items, (replace(one, placements=placements),)) - {"each item exactly once"}
    assert found == _by_counting(one.box.inner, placements)


def _by_counting(inner: Dims, placements: tuple[Placement, ...]) -> set[str]:
    found = set()
    for number, one in enumerate(placements):
        spans = [range(at, at + edge) for at, edge in zip(one.at, one.placed, strict=True)]
        if any(span.start < 0 or span.stop > room for span, room in zip(spans, inner, strict=True)):
            found.add("inside the box")
        others = [
            [range(at, at + edge) for at, edge in zip(other.at, other.placed, strict=True)]
            for rank, other in enumerate(placements)
            if rank != number
        ]
        if any(all(set(a) & set(b) for a, b in zip(spans, other, strict=True)) for other in others):
            found.add("no overlap")
        carried = sum(
            len(set(spans[0]) & set(other[0])) * len(set(spans[1]) & set(other[1]))
            for other in others
            if other[2].stop == spans[2].start
        )
        if spans[2].start != 0 and carried < 0.75 * len(spans[0]) * len(spans[1]):
            found.add("support")
    return found


@pytest.mark.parametrize("turn", [(0, 2, 1), (2, 1, 0), (1, 2, 0), (2, 0, 1)])
@given(items=orders())
@settings(max_examples=40, deadline=None, derandomize=True)
def test_an_upright_piece_laid_down_is_refused(turn: tuple[int, int, int], items: tuple[Item, ...]) -> None:
    upright = tuple(replace(item, keep_upright=True) for item in items)
    boxes = planned(upright)
    piece = boxes[0].placements[0]
    laid = Dims(*(piece.placed[axis] for axis in turn))
    assume(laid.z != piece.placed.z)
    broken = replace(boxes[0], placements=(replace(piece, placed=laid), *boxes[0].placements[1:]))
    assert "allowed orientation" in faults(upright, (broken, *boxes[1:]))
