"""The seed data: where each warehouse goes."""

from pathlib import Path

from milkrun.demo.orders import PRODUCTS, UPRIGHT_PRODUCTS, orders
from milkrun.fleet import load_fleet
from milkrun.seed import catalogue, fcs_by_target, place

FLEET = load_fleet(Path(__file__).parents[3])


def test_fcs_of_one_area_are_in_different_cells() -> None:
    placed = place({"los-angeles": ["ONT8", "LGB8", "SNA4"]}, FLEET.targets("cell"))

    assert placed == {"cell-1": ["ONT8"], "cell-2": ["LGB8"], "cell-3": ["SNA4"]}


def test_every_cell_has_as_many_fcs_as_any_other() -> None:
    counts = {name: len(fcs) for name, fcs in fcs_by_target(FLEET).items() if name != "preprod"}

    assert len(set(counts.values())) == 1


def test_every_product_of_the_demonstration_fits_a_box_as_it_must_stand() -> None:
    largest = max(catalogue()["boxes"], key=lambda box: box["inner_length_mm"])

    for product in (*PRODUCTS, *UPRIGHT_PRODUCTS):
        assert product.length_mm <= largest["inner_length_mm"]
        assert product.width_mm <= largest["inner_width_mm"]
        assert product.height_mm <= largest["inner_height_mm"]


def test_the_same_seed_gives_the_same_orders() -> None:
    first, second = orders(7, "a"), orders(7, "a")

    assert [next(first) for _ in range(50)] == [next(second) for _ in range(50)]


def test_about_one_order_in_ten_holds_something_that_must_stand_upright() -> None:
    source = orders(1, "a")
    upright = sum(any(line["keep_upright"] for line in next(source)["items"]) for _ in range(1000))

    assert 70 <= upright <= 130
