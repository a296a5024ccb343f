"""What a caller can ask of packing: plan an order, read a plan, put and read an FC's boxes."""

import hashlib
import json
from dataclasses import dataclass
from typing import Any

from milkrun_core.errors import Conflict, InvalidRequest, MilkrunError

from pack.domain.errors import BoxesChangedMeanwhile, OrderAlreadyPlanned, PlanNotFound, UnknownFulfilmentCentre
from pack.domain.model import Item
from pack.domain.planning import plan
from pack.ports import CatalogueRecord, PlanRecord, Ports
from pack.schemas import BoxCatalogue, PlanRequest
from pack.views import plan_document


@dataclass(frozen=True, slots=True)
class PlanOrder:
    """An order to pack at an FC, within ``seconds``."""

    fc: str
    order_id: str | None
    plan_id: str
    items: tuple[Item, ...]
    seconds: float

    @classmethod
    def of(cls, fc: str, request: PlanRequest, idempotency_key: str | None, seconds: float) -> "PlanOrder":
        return cls(fc, request.order_id, plan_id_of(request.order_id, idempotency_key), request.to_items(), seconds)

    @property
    def digest(self) -> str:
        """Same content, same digest, whatever the order of the lines."""
        content = [self.order_id, [[i.sku, *i.dims, i.weight_g, i.keep_upright, i.quantity] for i in self.items]]
        return hashlib.sha256(json.dumps(content).encode()).hexdigest()


def plan_id_of(order_id: str | None, idempotency_key: str | None) -> str:
    """The id follows from what makes two requests the same, so that a repeated request meets its own plan."""
    if order_id:
        name = f"order:{order_id}"
    elif idempotency_key:
        name = f"key:{idempotency_key}"
    else:
        reason = "give an order_id, or the Idempotency-Key header, so that a repeated request is not planned twice"
        raise InvalidRequest(f"order_id: {reason}", errors=[{"field": "order_id", "reason": reason}])
    return hashlib.sha256(name.encode()).hexdigest()[:24]


def create_plan(command: PlanOrder, ports: Ports) -> tuple[PlanRecord, bool]:
    """The plan of this order, and whether this request made it: the same order again gets the same plan."""
    known = _known(command, ports)
    if known:
        return known, False
    record = _planned(command, ports)
    try:
        ports.plans.add(record)
    except Conflict:
        winner = _known(command, ports)  # somebody else planned the same order between our look and our write
        if winner is None:
            raise
        return winner, False
    return record, True


def _known(command: PlanOrder, ports: Ports) -> PlanRecord | None:
    """The packed plan of this very content; a refusal does not count, the order may fit by now."""
    known = ports.plans.find(command.fc, command.plan_id)
    if known is None or known.refused:
        return None
    if known.digest != command.digest:
        raise OrderAlreadyPlanned(
            "this order was planned before with other items; a changed order needs an id of its own",
            order_id=command.order_id,
            plan_id=known.plan_id,
        )
    return known


def _planned(command: PlanOrder, ports: Ports) -> PlanRecord:
    stored = ports.boxes.get(command.fc)
    boxes = [box.to_box() for box in stored.catalogue.boxes]
    packed = plan(command.items, boxes, ports.packer, ports.stopwatch(command.seconds))
    document = plan_document(command, ports.now(), packed=packed, boxes_version=stored.version)
    return PlanRecord(command.fc, command.plan_id, command.digest, refused=False, document=document)


def record_refusal(command: PlanOrder, error: MilkrunError, ports: Ports) -> PlanRecord:
    """Keep why an order from the queue could not be planned, where its sender will look for the plan."""
    document = plan_document(command, ports.now(), problem=error.as_problem())
    record = PlanRecord(command.fc, command.plan_id, command.digest, refused=True, document=document)
    ports.plans.add(record)
    return record


def read_plan(fc: str, plan_id: str, ports: Ports) -> PlanRecord:
    """The plan, packed or refused."""
    found = ports.plans.find(fc, plan_id)
    if found is None:
        raise PlanNotFound(f"FC {fc} has no packing plan {plan_id}", fc=fc, plan_id=plan_id)
    return found


def put_boxes(fc: str, catalogue: BoxCatalogue, expected: int | None, ports: Ports) -> tuple[CatalogueRecord, bool]:
    """The FC's catalogue from now on, and whether it is its first; the same catalogue again changes nothing.

    ``expected`` is the version that the writer has read; without it the writer takes the version there now.
    """
    current = _catalogue(fc, ports)
    version = current.version if current else 0
    if expected is not None and expected != version:
        raise BoxesChangedMeanwhile(
            f"the boxes of FC {fc} are at version {version}, not {expected}; read them again", fc=fc, version=version
        )
    if current and current.catalogue == catalogue:
        return current, False
    record = CatalogueRecord(fc, version + 1, catalogue)
    ports.boxes.save(record)
    return record, version == 0


def _catalogue(fc: str, ports: Ports) -> CatalogueRecord | None:
    try:
        return ports.boxes.get(fc)
    except UnknownFulfilmentCentre:
        return None


def read_boxes(fc: str, ports: Ports) -> CatalogueRecord:
    """The FC's catalogue."""
    return ports.boxes.get(fc)


def document_of(record: CatalogueRecord) -> dict[str, Any]:
    """The catalogue as answered."""
    return {"fc": record.fc, "version": record.version, **record.catalogue.model_dump(mode="json")}
