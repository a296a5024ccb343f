"""Builders and fakes of packing: what matters to a case is said there, the rest is here."""

import csv
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from milkrun_core.errors import Conflict
from pack.domain.errors import BoxesChangedMeanwhile, UnknownFulfilmentCentre
from pack.domain.model import Box, Dims, Item, PackedBox, Placement
from pack.domain.planning import Packer
from pack.packvium_packer import PackviumPacker
from pack.ports import CatalogueRecord, PlanRecord, Ports
from pack.schemas import BoxCatalogue

ROOT = Path(__file__).parents[2]
DATA = ROOT / "tests" / "data"
EVENTS = ROOT / "events" / "fulfillment" / "pack"
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


def an_item(
    sku: str = "book",
    dims: tuple[int, int, int] = (200, 100, 50),
    weight_g: int = 100,
    quantity: int = 1,
    upright: bool = False,
) -> Item:
    return Item(sku, Dims(*dims), weight_g, upright, quantity)


def a_box(
    ref: str = "B1", inner: tuple[int, int, int] = (400, 300, 200), tare_g: int = 0, max_gross_g: int = 10_000
) -> Box:
    return Box(ref, Dims(*inner), Dims(*inner), tare_g, max_gross_g)


def placed(sku: str, at: tuple[int, int, int], edges: tuple[int, int, int]) -> Placement:
    return Placement(sku, Dims(*at), Dims(*edges))


def a_line(sku: str = "book", **changes: Any) -> dict[str, Any]:
    line = {"sku": sku, "length_mm": 200, "width_mm": 100, "height_mm": 50, "weight_g": 100}
    return line | changes


def a_box_type(ref: str = "B1", **changes: Any) -> dict[str, Any]:
    edges = {"length_mm": 400, "width_mm": 300, "height_mm": 200}
    inner = {f"inner_{name}": edge for name, edge in edges.items()}
    outer = {f"outer_{name}": edge + 10 for name, edge in edges.items()}
    return {"ref": ref, **inner, **outer, "tare_g": 100, "max_gross_g": 10_000} | changes


def a_catalogue(*boxes: dict[str, Any]) -> BoxCatalogue:
    return BoxCatalogue.model_validate({"boxes": list(boxes) or [a_box_type()]})


def event(name: str) -> dict[str, Any]:
    """A sample event by its file name."""
    loaded: dict[str, Any] = json.loads((EVENTS / f"{name}.json").read_text())
    return loaded


class FakePlanStore:
    """Plans in memory, under the store's rule: a refusal gives way, a plan never does."""

    def __init__(self) -> None:
        self.kept: dict[tuple[str, str], PlanRecord] = {}

    def find(self, fc: str, plan_id: str) -> PlanRecord | None:
        return self.kept.get((fc, plan_id))

    def add(self, record: PlanRecord) -> None:
        there = self.find(record.fc, record.plan_id)
        if there and not there.refused:
            raise Conflict("the order was planned meanwhile")
        self.kept[record.fc, record.plan_id] = record


class FakeBoxStore:
    """Catalogues in memory, under the store's rule: a write wins only against the version before it."""

    def __init__(self) -> None:
        self.kept: dict[str, CatalogueRecord] = {}

    def get(self, fc: str) -> CatalogueRecord:
        if fc not in self.kept:
            raise UnknownFulfilmentCentre(f"this cell has no box catalogue for FC {fc}", fc=fc)
        return self.kept[fc]

    def save(self, record: CatalogueRecord) -> None:
        there = self.kept.get(record.fc)
        if (there.version if there else 0) != record.version - 1:
            raise BoxesChangedMeanwhile("changed meanwhile", fc=record.fc)
        self.kept[record.fc] = record


class CarelessPacker:
    """Stands every piece in the corner of the first box, all in one place."""

    def pack(
        self,
        items: Sequence[Item],
        boxes: Sequence[Box],
        most: int | None,  # noqa: ARG002 - it does not care
        seconds: float,  # noqa: ARG002 - it does not care
    ) -> tuple[PackedBox, ...]:
        pieces = [Placement(item.sku, Dims(0, 0, 0), item.dims) for item in items for _ in range(item.quantity)]
        return (PackedBox(boxes[0], tuple(pieces)),)


@dataclass
class FakePorts:
    """Ports on fakes, with handles for the test; FC ONT8 has the boxes of the sample events."""

    packer: Packer = field(default_factory=PackviumPacker)
    plans: FakePlanStore = field(default_factory=FakePlanStore)
    boxes: FakeBoxStore = field(default_factory=FakeBoxStore)
    seconds: float = 60.0

    def __post_init__(self) -> None:
        catalogue = BoxCatalogue.model_validate_json(event("http-put-boxes")["body"])
        self.boxes.kept["ONT8"] = CatalogueRecord("ONT8", 1, catalogue)

    def ports(self) -> Ports:
        return Ports(self.plans, self.boxes, self.packer, now=lambda: NOON, stopwatch=self._stopwatch)

    def _stopwatch(self, _: float) -> Callable[[], float]:
        return lambda: self.seconds


@dataclass(frozen=True)
class LambdaContextStub:
    """What Powertools reads of a Lambda context."""

    function_name: str = "pack"
    memory_limit_in_mb: int = 128
    invoked_function_arn: str = "arn:aws:lambda:us-east-1:700000000001:function:pack"
    aws_request_id: str = "00000000-0000-4000-8000-000000000000"

    def get_remaining_time_in_millis(self) -> int:
        return 20_000


def rows(*path: str) -> list[list[str]]:
    """Rows of a CSV file under tests/data."""
    with DATA.joinpath(*path).open(newline="") as file:
        return list(csv.reader(file))
