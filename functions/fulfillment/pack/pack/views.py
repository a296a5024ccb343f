"""Plans as answered and stored: one document, the same for the one who asked and for everybody who reads it later."""

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from pack.domain.model import Dims, PackedBox, Placement, weights

if TYPE_CHECKING:
    from pack.usecases import PlanOrder


def plan_document(
    command: "PlanOrder",
    at: datetime,
    packed: Sequence[PackedBox] = (),
    boxes_version: int | None = None,
    problem: dict[str, Any] | None = None,
) -> dict[str, Any]:
    """A plan (or the refusal of one, when ``problem`` says why) in the words of the contract."""
    weight_of = weights(command.items)
    document = {
        "plan_id": command.plan_id,
        "fc": command.fc,
        "order_id": command.order_id,
        "status": "refused" if problem else "packed",
        "created_at": at.isoformat(timespec="milliseconds"),
        "boxes_version": boxes_version,
        "boxes": [_box(one, weight_of) for one in packed],
    }
    return document | ({"problem": problem} if problem else {})


def _box(packed: PackedBox, weight_of: dict[str, int]) -> dict[str, Any]:
    return {
        "box_ref": packed.box.ref,
        **_edges(packed.box.inner, "inner_"),
        **_edges(packed.box.outer, "outer_"),
        "gross_weight_g": packed.gross_weight_g(weight_of),
        "fill_ratio": packed.fill_ratio,
        "items": [_placed(one) for one in packed.placements],
    }


def _placed(one: Placement) -> dict[str, Any]:
    return {"sku": one.sku, "x_mm": one.at.x, "y_mm": one.at.y, "z_mm": one.at.z, **_edges(one.placed)}


def _edges(dims: Dims, prefix: str = "") -> dict[str, int]:
    return {f"{prefix}length_mm": dims.x, f"{prefix}width_mm": dims.y, f"{prefix}height_mm": dims.z}
