"""Bodies and messages as types, as openapi.yaml publishes them. Units stand in the names; nothing is coerced."""

from collections import Counter
from collections.abc import Sized
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator
from pydantic_core import PydanticCustomError

from pack.domain.model import Box, Dims, Item

MOST_LINES = 100
MOST_PIECES = 200
MOST_BOXES = 50

FulfilmentCentre = Annotated[str, Field(pattern=r"^[A-Z0-9]{3,8}$")]
Name = Annotated[str, Field(min_length=1, max_length=64, pattern=r"^[!-~]+$")]
Millimetres = Annotated[int, Field(ge=1, le=5_000)]
Grams = Annotated[int, Field(ge=1, le=100_000)]


class _Body(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)


class ItemLine(_Body):
    """``quantity`` equal pieces; height is the edge that stands upright."""

    sku: Name
    length_mm: Millimetres
    width_mm: Millimetres
    height_mm: Millimetres
    weight_g: Grams
    keep_upright: bool = False
    quantity: Annotated[int, Field(ge=1, le=MOST_PIECES)] = 1

    def to_item(self, quantity: int) -> Item:
        dims = Dims(self.length_mm, self.width_mm, self.height_mm)
        return Item(self.sku, dims, self.weight_g, self.keep_upright, quantity)


class PlanRequest(_Body):
    """An order to pack. ``order_id`` (or else the Idempotency-Key header) says what makes two requests the same."""

    order_id: Name | None = None
    items: Annotated[tuple[ItemLine, ...], Field(strict=False)]

    @field_validator("items")
    @classmethod
    def _lines_agree(cls, lines: tuple[ItemLine, ...]) -> tuple[ItemLine, ...]:
        _require_count(lines, MOST_LINES, "lines")
        pieces = sum(line.quantity for line in lines)
        if pieces > MOST_PIECES:
            raise PydanticCustomError(
                "too_many", f"{pieces} pieces in all; at most {MOST_PIECES} may be planned at once"
            )
        described = Counter(line.sku for line in {line.model_copy(update={"quantity": 1}) for line in lines})
        for sku, descriptions in described.items():
            if descriptions > 1:
                raise PydanticCustomError("contradiction", f"the lines of SKU {sku} do not agree on its size or weight")
        return lines

    def to_items(self) -> tuple[Item, ...]:
        """The order's items by SKU; lines of one SKU are one item, and the order of lines means nothing."""
        quantities = Counter[str]()
        for line in self.items:
            quantities[line.sku] += line.quantity
        lines = {line.sku: line for line in self.items}
        return tuple(lines[sku].to_item(quantities[sku]) for sku in sorted(lines))


class PlanMessage(_Body):
    """The same order, through the queue."""

    fc: FulfilmentCentre
    idempotency_key: Name | None = None
    order: PlanRequest


class BoxType(_Body):
    """One type of box; edges in the order length, width, height."""

    ref: Name
    inner_length_mm: Millimetres
    inner_width_mm: Millimetres
    inner_height_mm: Millimetres
    outer_length_mm: Millimetres
    outer_width_mm: Millimetres
    outer_height_mm: Millimetres
    tare_g: Annotated[int, Field(ge=0, le=100_000)]
    max_gross_g: Grams

    @model_validator(mode="after")
    def _possible(self) -> Self:
        box = self.to_box()
        if any(inner > outer for inner, outer in zip(box.inner, box.outer, strict=True)):
            raise PydanticCustomError("impossible", "an inner edge is longer than the outer edge beside it")
        if box.max_payload_g <= 0:
            raise PydanticCustomError("impossible", "tare_g leaves nothing of max_gross_g for items")
        return self

    def to_box(self) -> Box:
        return Box(
            ref=self.ref,
            inner=Dims(self.inner_length_mm, self.inner_width_mm, self.inner_height_mm),
            outer=Dims(self.outer_length_mm, self.outer_width_mm, self.outer_height_mm),
            tare_g=self.tare_g,
            max_gross_g=self.max_gross_g,
        )


class BoxCatalogue(_Body):
    """All types of box that an FC has; a new catalogue replaces the old one whole."""

    boxes: Annotated[tuple[BoxType, ...], Field(strict=False)]

    @field_validator("boxes")
    @classmethod
    def _refs_differ(cls, boxes: tuple[BoxType, ...]) -> tuple[BoxType, ...]:
        _require_count(boxes, MOST_BOXES, "types of box")
        repeated = [ref for ref, count in Counter(box.ref for box in boxes).items() if count > 1]
        if repeated:
            raise PydanticCustomError("repeated", f"ref {repeated[0]} stands more than once")
        return boxes


def _require_count(entries: Sized, most: int, what: str) -> None:
    """A list's length, said in words (and only once every entry is good by itself)."""
    if not 1 <= len(entries) <= most:
        raise PydanticCustomError("count", f"{len(entries)} {what}; at least one is needed and at most {most} may be")


class _View(BaseModel):
    """What we answer; reads back tolerantly (the smoke function is a client like any other)."""

    model_config = ConfigDict(frozen=True)


class PlacedItem(_View):
    """One piece in its box: the corner nearest the origin, and its edges as it lies."""

    sku: str
    x_mm: int
    y_mm: int
    z_mm: int
    length_mm: int
    width_mm: int
    height_mm: int


class PlannedBox(_View):
    """One box of the plan; items from the floor up."""

    box_ref: str
    inner_length_mm: int
    inner_width_mm: int
    inner_height_mm: int
    outer_length_mm: int
    outer_width_mm: int
    outer_height_mm: int
    gross_weight_g: int
    fill_ratio: float
    items: tuple[PlacedItem, ...]


class PlanView(_View):
    """A stored plan: packed, or (from the queue only) refused with the problem that says why."""

    plan_id: str
    fc: str
    order_id: str | None
    status: Literal["packed", "refused"]
    created_at: str
    boxes_version: int | None
    boxes: tuple[PlannedBox, ...]
    problem: dict[str, Any] | None = None


class CatalogueView(_View):
    """The box catalogue and its version, which is also the ETag."""

    fc: str
    version: int
    boxes: tuple[BoxType, ...]
