"""Public data with known answers: what others have proven about packing must come out here too."""

import json
import re
from collections import defaultdict
from pathlib import Path
from typing import Any

import pytest
from pack.domain.checker import find_faults
from pack.domain.model import Box, Dims, Item, PackedBox, Placement
from pack.domain.planning import plan
from pack.packvium_packer import PackviumPacker

from tests.support.packing import DATA, rows

ISSUES = json.loads((DATA / "packing_issue_cases" / "cases.json").read_text())
# The interface has no "nothing may stand on it" yet, so a case that needs it cannot be asked.
ISSUE_CASES = [case for case in ISSUES["cases"] if all("stackable" not in item for item in case["items"])]
TILINGS = sorted((DATA / "packing_squared_rectangles").glob("*.bkp"))
SOLVED = sorted(path.parent for path in (DATA / "packing_solver_cases").glob("*/solution.csv"))
MEASURED_BOXES = 323  # packvium 1.8.0 alone, with 75 % support, on these 300 orders; BoxPacker without the support: 321


def planned(items: list[Item], boxes: list[Box]) -> tuple[PackedBox, ...]:
    return plan(items, boxes, PackviumPacker(), lambda: 60.0)


def edges(numbers: Any) -> Dims:
    return Dims(*(int(number) for number in numbers))


def box(ref: str, dims: Any, limit: int = 1_000_000) -> Box:
    return Box(ref, edges(dims), edges(dims), 0, limit)


@pytest.mark.parametrize("case", ISSUE_CASES, ids=lambda case: case["id"])
def test_answers_what_users_of_other_packers_reported(case: dict[str, Any]) -> None:
    described = case.get("boxes") or ISSUES["box_sets"].get(case.get("boxes_ref"), [])
    boxes = [box(one["ref"], one["dims"]) for one in described] or [
        box("box", case["box"], case.get("max_weight", 10**6))
    ]
    items = [
        Item(f"item-{rank}", edges(one["dims"]), one.get("weight", 0), case["rotation"] == "upright", one["qty"])
        for rank, one in enumerate(case["items"])
    ]
    packed = planned(items, boxes)
    expected = case["expect"]
    assert len(packed) == expected.get("boxes", 1)
    if "box" in expected:
        assert packed[0].box.ref == expected["box"]
    if "packed_in_first_box" in expected:
        assert max(len(one.placements) for one in packed) == expected["packed_in_first_box"]


@pytest.mark.parametrize("folder", SOLVED, ids=lambda path: path.name)
def test_the_checker_accepts_the_solutions_of_another_solver(folder: Path) -> None:
    described = [edges(row[:3]) for row in rows(*_parts(folder), "items.csv")[1:]]
    lines = rows(*_parts(folder), "solution.csv")[1:]
    room = next(box("bin", line[7:10]) for line in lines if line[0] == "BIN")
    pieces = tuple(
        Placement(f"item-{line[1]}", edges(line[4:7]), edges(line[7:10])) for line in lines if line[0] == "ITEM"
    )
    items = [
        Item(f"item-{rank}", dims, 0, keep_upright=False, quantity=sum(one.sku == f"item-{rank}" for one in pieces))
        for rank, dims in enumerate(described)
    ]
    assert not list(find_faults(items, [PackedBox(room, pieces)], support_percent=0))


def test_agrees_with_another_solver_on_what_one_box_cannot_hold() -> None:
    dims, room = (
        rows("packing_solver_cases", "infeasible_full_rotation_freedom", f"{name}.csv")[1][:3]
        for name in ("items", "bins")
    )
    assert len(planned([Item("cube", edges(dims), 0, keep_upright=False, quantity=2)], [box("bin", room)])) == 2


def test_turns_an_item_that_is_longer_than_one_edge_of_its_box() -> None:
    folder = "bin_packing_rotated_dimension_exceeding_other_axis"
    dims, room = (rows("packing_solver_cases", folder, f"{name}.csv")[1][:3] for name in ("items", "bins"))
    assert len(planned([Item("sheet", edges(dims), 0, keep_upright=True, quantity=1)], [box("bin", room)])) == 1


@pytest.mark.parametrize("path", TILINGS, ids=lambda path: path.stem)
def test_the_checker_accepts_perfect_tilings(path: Path) -> None:
    """Squares that fill a rectangle exactly: nothing is left over and nothing overlaps."""
    for line in path.read_text().splitlines():
        if line.strip():
            room, squares = _tiling(line)
            items = [
                Item(f"square-{rank}", Dims(*square[2:] * 2, 1), 0, True, 1) for rank, square in enumerate(squares)
            ]
            pieces = tuple(
                Placement(item.sku, Dims(x, y, 0), Dims(side, side, 1))
                for item, (x, y, side) in zip(items, squares, strict=True)
            )
            packed = PackedBox(room, pieces)
            assert packed.fill_ratio == 1
            assert not list(find_faults(items, [packed]))


def test_the_checker_accepts_pallets_that_were_really_stacked() -> None:
    plans = json.loads((DATA / "packing_bedbpp" / "packing_plan_5-bed-bpp.json").read_text())
    for actions in plans.values():
        items, pieces = zip(*(_stacked(rank, action) for rank, action in enumerate(actions)), strict=True)
        room = [max(at + edge for at, edge in zip(*spans, strict=True)) for spans in _axes(pieces)]
        assert {fault.rule for fault in find_faults(items, [PackedBox(box("pallet", room), pieces)])} <= {"support"}


def test_needs_no_more_boxes_for_real_orders_than_the_packer_is_known_for() -> None:
    catalogue = [
        Box(row[0], edges(row[5:8]), edges(row[1:4]), int(row[4]), int(row[8]))
        for row in rows("packing_boxpacker", "boxes.csv")
    ]
    orders: dict[str, list[Item]] = defaultdict(list)
    for order, quantity, name, *dims, weight in rows("packing_boxpacker", "items.csv"):
        orders[order].append(Item(f"{name}-{len(orders[order])}", edges(dims), int(weight), False, int(quantity)))
    needed = {order: len(planned(items, catalogue)) for order, items in orders.items()}
    assert sum(needed.values()) <= MEASURED_BOXES
    single = {row[0] for row in rows("packing_boxpacker", "expected.csv") if row[4] == "1"}
    assert sum(needed[order] == 1 for order in single) >= len(single) - 2


def _parts(folder: Path) -> tuple[str, ...]:
    return folder.relative_to(DATA).parts


def _tiling(line: str) -> tuple[Box, list[tuple[int, int, int]]]:
    """A Bouwkamp code: every next square goes as low and then as far left as it can."""
    width, height = (int(number) for number in line.split()[1:3])
    skyline = [0] * width
    squares = []
    for side in (int(number) for group in re.findall(r"\(([\d,]+)\)", line) for number in group.split(",")):
        low = min(skyline)
        left = skyline.index(low)
        squares.append((left, low, side))
        skyline[left : left + side] = [low + side] * side
    return box("frame", (width, height, 1)), squares


def _stacked(rank: int, action: dict[str, Any]) -> tuple[Item, Placement]:
    described = action["item"]
    dims = edges(described[f"{edge}/mm"] for edge in ("length", "width", "height"))
    turned = Dims(dims.y, dims.x, dims.z) if action["orientation"] else dims
    item = Item(f"{described['id']}-{rank}", dims, 0, keep_upright=True, quantity=1)
    return item, Placement(item.sku, edges(action["flb_coordinates"]), turned)


def _axes(pieces: tuple[Placement, ...]) -> list[tuple[list[int], list[int]]]:
    return [([one.at[axis] for one in pieces], [one.placed[axis] for one in pieces]) for axis in range(3)]
