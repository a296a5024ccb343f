"""The placement checker, rule by rule, on plans small enough to judge by eye."""

import pytest
from pack.domain.checker import check, find_faults
from pack.domain.errors import InvalidPlacement
from pack.domain.model import Item, PackedBox, Placement

from tests.support.packing import a_box, an_item, placed


def rules_broken(items: list[Item], *placements: Placement, max_gross_g: int = 10_000, tare_g: int = 0) -> set[str]:
    box = a_box(inner=(100, 100, 100), max_gross_g=max_gross_g, tare_g=tare_g)
    return {fault.rule for fault in find_faults(items, [PackedBox(box, placements)])}


def test_accepts_two_pieces_side_by_side() -> None:
    items = [an_item("a", (50, 100, 100), quantity=2)]
    assert not rules_broken(items, placed("a", (0, 0, 0), (50, 100, 100)), placed("a", (50, 0, 0), (50, 100, 100)))


def test_refuses_pieces_that_share_a_millimetre() -> None:
    items = [an_item("a", (50, 50, 50), quantity=2)]
    broken = rules_broken(items, placed("a", (0, 0, 0), (50, 50, 50)), placed("a", (49, 49, 0), (50, 50, 50)))
    assert broken == {"no overlap"}


@pytest.mark.parametrize("at", [(-1, 0, 0), (51, 0, 0), (0, 51, 0)])
def test_refuses_a_piece_that_sticks_out(at: tuple[int, int, int]) -> None:
    assert rules_broken([an_item("a", (50, 50, 50))], placed("a", at, (50, 50, 50))) == {"inside the box"}


def test_refuses_a_piece_above_the_rim() -> None:
    items = [an_item("a", (50, 50, 60), quantity=2)]
    broken = rules_broken(items, placed("a", (0, 0, 0), (50, 50, 60)), placed("a", (0, 0, 60), (50, 50, 60)))
    assert broken == {"inside the box"}


@pytest.mark.parametrize(
    ("overhang", "broken"),
    [
        pytest.param(25, set(), id="75-percent-carried"),
        pytest.param(26, {"support"}, id="74-percent-carried"),
        pytest.param(0, set(), id="all-carried"),
    ],
)
def test_wants_three_quarters_of_the_base_carried(overhang: int, broken: set[str]) -> None:
    items = [an_item("base", (100 - overhang, 100, 40)), an_item("top", (100, 100, 20))]
    lower = placed("base", (0, 0, 0), (100 - overhang, 100, 40))
    assert rules_broken(items, lower, placed("top", (0, 0, 40), (100, 100, 20))) == broken


def test_counts_support_from_several_pieces_together() -> None:
    items = [an_item("leg", (40, 100, 40), quantity=2), an_item("top", (100, 100, 20))]
    legs = placed("leg", (0, 0, 0), (40, 100, 40)), placed("leg", (60, 0, 0), (40, 100, 40))
    assert not rules_broken(items, *legs, placed("top", (0, 0, 40), (100, 100, 20)))


def test_does_not_take_a_lower_top_for_support() -> None:
    items = [an_item("base", (100, 100, 39)), an_item("top", (100, 100, 20))]
    broken = rules_broken(items, placed("base", (0, 0, 0), (100, 100, 39)), placed("top", (0, 0, 40), (100, 100, 20)))
    assert broken == {"support"}


@pytest.mark.parametrize(
    ("edges", "upright", "broken"),
    [
        pytest.param((20, 30, 50), True, set(), id="as-described"),
        pytest.param((30, 20, 50), True, set(), id="turned-about-its-upright-edge"),
        pytest.param((50, 30, 20), True, {"allowed orientation"}, id="upright-item-lies"),
        pytest.param((50, 30, 20), False, set(), id="free-item-lies"),
        pytest.param((20, 30, 51), False, {"allowed orientation"}, id="other-size"),
    ],
)
def test_lets_an_item_lie_only_as_it_may(edges: tuple[int, int, int], upright: bool, broken: set[str]) -> None:
    item = an_item("a", (20, 30, 50), upright=upright)
    assert rules_broken([item], placed("a", (0, 0, 0), edges)) == broken


@pytest.mark.parametrize(
    ("limit", "broken"), [pytest.param(150, set(), id="at-the-limit"), pytest.param(149, {"gross weight"}, id="above")]
)
def test_weighs_the_box_with_what_is_in_it(limit: int, broken: set[str]) -> None:
    item = an_item("a", (10, 10, 10), weight_g=100)
    assert rules_broken([item], placed("a", (0, 0, 0), (10, 10, 10)), tare_g=50, max_gross_g=limit) == broken


def test_wants_every_piece_exactly_once() -> None:
    piece = placed("a", (0, 0, 0), (10, 10, 10))
    other = placed("a", (10, 0, 0), (10, 10, 10))
    stranger = placed("b", (20, 0, 0), (10, 10, 10))
    two = [an_item("a", (10, 10, 10), quantity=2)]
    assert not rules_broken(two, piece, other)
    assert rules_broken(two, piece) == {"each item exactly once"}
    assert rules_broken(two, piece, other, stranger) == {"each item exactly once"}


def test_says_which_rule_was_broken_and_by_what() -> None:
    box = PackedBox(a_box(inner=(100, 100, 100)), (placed("a", (60, 0, 0), (50, 50, 50)),))
    with pytest.raises(InvalidPlacement, match="'inside the box' in box 0: x from 60 to 110 of 100 mm") as refused:
        check([an_item("a", (50, 50, 50))], [box])
    assert refused.value.details["faults"][0]["sku"] == "a"
