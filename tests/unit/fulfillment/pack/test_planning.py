"""Planning an order: which boxes, and what is refused."""

import pytest
from pack.domain.errors import InvalidPlacement, ItemFitsNoBox, OrderTooComplex
from pack.domain.model import Box, Item, PackedBox
from pack.domain.planning import plan
from pack.packvium_packer import PackviumPacker

from tests.support.packing import CarelessPacker, a_box, an_item

SMALL = a_box("small", (200, 150, 100))
LARGE = a_box("large", (400, 300, 200))


def planned(items: list[Item], *boxes: Box) -> tuple[PackedBox, ...]:
    return plan(items, boxes, PackviumPacker(), lambda: 60.0)


def test_takes_the_smallest_box_that_holds_everything() -> None:
    assert [one.box.ref for one in planned([an_item(dims=(200, 150, 100))], LARGE, SMALL)] == ["small"]


def test_prefers_one_large_box_to_two_small_ones() -> None:
    assert [one.box.ref for one in planned([an_item(dims=(200, 150, 100), quantity=2)], SMALL, LARGE)] == ["large"]


def test_gives_the_rest_the_smallest_box_too() -> None:
    packed = planned([an_item(dims=(200, 150, 100), quantity=9)], SMALL, LARGE)
    assert sorted(one.box.ref for one in packed) == ["large", "small"]


def test_opens_another_box_when_the_first_would_be_too_heavy() -> None:
    packed = planned([an_item(dims=(10, 10, 10), weight_g=4_000, quantity=5)], LARGE)
    assert sorted(len(one.placements) for one in packed) in ([1, 2, 2],)


def test_keeps_upright_items_upright() -> None:
    packed = planned([an_item("vase", (90, 90, 190), quantity=4, upright=True)], a_box(inner=(400, 400, 200)))
    assert {placement.placed.z for one in packed for placement in one.placements} == {190}


@pytest.mark.parametrize(
    ("item", "reason"),
    [
        pytest.param(an_item("canoe", (401, 10, 10)), r"edges are \(401, 10, 10\) mm, and no box", id="too-long"),
        pytest.param(an_item("vase", (10, 10, 300), upright=True), "must stay upright", id="too-tall-to-stand"),
        pytest.param(
            an_item("anvil", (10, 10, 10), weight_g=10_001), "weighs 10001 g, more than small", id="too-heavy"
        ),
    ],
)
def test_names_the_item_that_fits_no_box_and_why(item: Item, reason: str) -> None:
    with pytest.raises(ItemFitsNoBox, match=reason) as refused:
        planned([an_item(), item], SMALL, LARGE)
    assert refused.value.details["sku"] == item.sku


def test_lays_down_an_item_that_need_not_stand() -> None:
    assert planned([an_item("vase", (10, 10, 300))], LARGE)[0].placements[0].placed.z == 10


def test_refuses_an_order_when_the_time_is_up() -> None:
    with pytest.raises(OrderTooComplex, match="split the order"):
        plan([an_item()], [LARGE], PackviumPacker(), lambda: 0.0)


def test_never_lets_a_bad_placement_out() -> None:
    with pytest.raises(InvalidPlacement, match="no overlap"):
        plan([an_item(quantity=2)], [LARGE], CarelessPacker(), lambda: 60.0)


def test_offers_a_large_order_a_selection_of_boxes_and_still_one_for_every_item() -> None:
    boxes = [a_box(f"b{edge}", (edge, edge, edge), max_gross_g=50_000) for edge in range(100, 150)]
    rod = an_item("rod", (300, 20, 20))
    packed = planned(
        [an_item("cube", (50, 50, 50), weight_g=10, quantity=190), rod], *boxes, a_box("tube", (310, 30, 30))
    )
    assert "rod" in {placement.sku for one in packed if one.box.ref == "tube" for placement in one.placements}
    assert sum(len(one.placements) for one in packed) == 191
