"""A real order through the front door and through the queue, in an FC of its own: the test that gates a release.

It is a client like any other: it knows the service's address and queue, and judges the answer with the checker.
"""

import json
import time
from collections.abc import Callable
from http import HTTPStatus
from typing import Any
from uuid import uuid4

import urllib3
from aws_lambda_powertools.utilities.typing import LambdaContext
from milkrun_core.aws import client
from milkrun_core.logs import module_logger
from milkrun_core.smoke import SmokeTestFailed, passed

from pack.domain.checker import check
from pack.domain.model import Box, Dims, PackedBox, Placement
from pack.schemas import BoxCatalogue, PlannedBox, PlanRequest, PlanView
from pack.settings import SmokeSettings

FC = "SMOKE"
QUEUE_SECONDS = 30.0
POLL_SECONDS = 0.2
CATALOGUE = {
    "boxes": [
        {
            "ref": ref,
            "inner_length_mm": length,
            "inner_width_mm": width,
            "inner_height_mm": height,
            "outer_length_mm": length + 10,
            "outer_width_mm": width + 10,
            "outer_height_mm": height + 10,
            "tare_g": tare,
            "max_gross_g": limit,
        }
        for ref, length, width, height, tare, limit in (
            ("smoke-small", 200, 150, 100, 60, 3_000),
            ("smoke-large", 400, 300, 250, 250, 15_000),
        )
    ]
}
ITEMS = [
    {"sku": "smoke-book", "length_mm": 210, "width_mm": 140, "height_mm": 30, "weight_g": 450, "quantity": 4},
    {"sku": "smoke-mug", "length_mm": 100, "width_mm": 100, "height_mm": 110, "weight_g": 380, "quantity": 2},
]

logger = module_logger()


def order(order_id: str) -> dict[str, Any]:
    """An everyday order."""
    return {"order_id": order_id, "items": ITEMS}


class Service:
    """The service as its clients see it."""

    def __init__(self, url: str, http: urllib3.PoolManager) -> None:
        self._url = url.rstrip("/")
        self._http = http

    def call(self, method: str, path: str, body: dict[str, Any] | None = None) -> tuple[int, dict[str, Any]]:
        """Status and document of one call; SmokeTestFailed when there is no sensible answer."""
        sent = json.dumps(body).encode() if body is not None else None
        try:
            reply = self._http.request(
                method, self._url + path, body=sent, headers={"content-type": "application/json"}
            )
            return reply.status, json.loads(reply.data)
        except (urllib3.exceptions.HTTPError, ValueError) as error:
            raise SmokeTestFailed(f"{method} {path} had no sensible answer: {error}") from error

    def expect(
        self, statuses: tuple[int, ...], method: str, path: str, body: dict[str, Any] | None = None
    ) -> dict[str, Any]:
        """The document of a call that must be answered with one of these statuses."""
        status, document = self.call(method, path, body)
        if status not in statuses:
            raise SmokeTestFailed(
                f"{method} {path} answered {status}: {document.get('detail', document)}", answered=status
            )
        return document


def put_boxes(service: Service) -> str:
    document = service.expect((200, 201), "PUT", f"/fcs/{FC}/boxes", CATALOGUE)
    return f"version {document['version']}"


def plan_over_http(service: Service, order_id: str) -> str:
    made = service.expect((201,), "POST", f"/fcs/{FC}/packing-plans", order(order_id))
    again = service.expect((200,), "POST", f"/fcs/{FC}/packing-plans", order(order_id))
    read = service.expect((200,), "GET", f"/fcs/{FC}/packing-plans/{made['plan_id']}")
    if not made == again == read:
        raise SmokeTestFailed("the plan read back is not the plan that was answered", plan_id=made["plan_id"])
    return judge(read)


def wait_for_plan(service: Service, order_id: str) -> str:
    end = time.monotonic() + QUEUE_SECONDS
    while time.monotonic() < end:
        status, document = service.call("GET", f"/fcs/{FC}/packing-plans?order_id={order_id}")
        if status == HTTPStatus.OK:
            return judge(document)
        time.sleep(POLL_SECONDS)
    raise SmokeTestFailed(f"the order sent to the queue was not planned within {QUEUE_SECONDS:g} s", order_id=order_id)


def judge(document: dict[str, Any]) -> str:
    """Check the placement of a plan of the smoke order by the rules, not by what the service says of itself."""
    plan = PlanView.model_validate(document)
    if plan.status != "packed":
        raise SmokeTestFailed("the plan of an everyday order was refused", problem=plan.problem)
    items = PlanRequest.model_validate({"items": ITEMS}).to_items()
    check(items, [packed_box(box) for box in plan.boxes])
    return f"plan {plan.plan_id}: {len(plan.boxes)} box(es), every rule of placement kept"


def packed_box(planned: PlannedBox) -> PackedBox:
    """A box of the answer in the checker's terms; its type is taken from the catalogue, not from the answer."""
    known: dict[str, Box] = {box.ref: box.to_box() for box in BoxCatalogue.model_validate(CATALOGUE).boxes}
    if planned.box_ref not in known:
        raise SmokeTestFailed(f"the plan uses a box that the catalogue has not: {planned.box_ref}")
    placements = (
        Placement(item.sku, Dims(item.x_mm, item.y_mm, item.z_mm), Dims(item.length_mm, item.width_mm, item.height_mm))
        for item in planned.items
    )
    return PackedBox(known[planned.box_ref], tuple(placements))


def run(service: Service, send: Callable[[str], None]) -> dict[str, Any]:
    """All checks; the first that fails raises. The queue works on its order while the other goes over HTTP."""
    over_http, queued = (f"smoke-{uuid4()}" for _ in range(2))
    details = {"put boxes": put_boxes(service)}
    send(json.dumps({"fc": FC, "order": order(queued)}))
    details["plan over http"] = plan_over_http(service, over_http)
    details["plan through the queue"] = wait_for_plan(service, queued)
    return passed(details)


@logger.inject_lambda_context(clear_state=True)
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:  # noqa: ARG001 - Lambda passes both
    settings = SmokeSettings()
    http = urllib3.PoolManager(timeout=urllib3.Timeout(connect=2, read=25), retries=False)
    result = run(
        Service(settings.service_url, http),
        lambda body: client("sqs").send_message(QueueUrl=settings.pack_queue_url, MessageBody=body),
    )
    logger.info("smoke test passed", extra={"tested_release": event.get("release"), "checks": len(result["checks"])})
    return result
