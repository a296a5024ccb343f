"""HTTP entry point: parse, call one use case, answer. The contract is openapi.yaml beside the template."""

import re
from typing import Any

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.logging import correlation_paths
from aws_lambda_powertools.utilities.typing import LambdaContext
from milkrun_core.errors import InvalidRequest
from milkrun_core.http import answer, parse, rest_app
from milkrun_core.logs import module_logger

from pack.schemas import BoxCatalogue, PlanRequest
from pack.usecases import PlanOrder, create_plan, document_of, plan_id_of, put_boxes, read_boxes, read_plan
from pack.wiring import live_ports

PLAN_SECONDS = 15.0  # API Gateway hangs up after 29
FC_FORM = re.compile(r"[A-Z0-9]{3,8}")
KEY_FORM = re.compile(r"[!-~]{1,64}")

logger = module_logger()
app = rest_app(logger, base_path="/pack")


@app.post("/fcs/<fc>/packing-plans")
def post_plan(fc: str) -> Response[str]:
    request = parse(PlanRequest, _body())
    command = PlanOrder.of(_fc(fc), request, _idempotency_key(), PLAN_SECONDS)
    record, created = create_plan(command, live_ports())
    logger.info(
        "order planned",
        extra={"fc": fc, "plan_id": record.plan_id, "new": created, "box_count": len(record.document["boxes"])},
    )
    return answer(
        201 if created else 200, record.document, {"Location": f"/pack/fcs/{fc}/packing-plans/{record.plan_id}"}
    )


@app.get("/fcs/<fc>/packing-plans/<plan_id>")
def get_plan(fc: str, plan_id: str) -> Response[str]:
    record = read_plan(_fc(fc), plan_id, live_ports())
    logger.info("plan read", extra={"fc": fc, "plan_id": plan_id})
    return answer(200, record.document)


@app.get("/fcs/<fc>/packing-plans")
def get_plan_of_order(fc: str) -> Response[str]:
    order_id = app.current_event.get_query_string_value("order_id")
    if not order_id:
        reason = "say which order's plan to read (?order_id=…)"
        raise InvalidRequest(f"order_id: {reason}", errors=[{"field": "order_id", "reason": reason}])
    return get_plan(fc, plan_id_of(order_id, None))


@app.put("/fcs/<fc>/boxes")
def put_catalogue(fc: str) -> Response[str]:
    catalogue = parse(BoxCatalogue, _body())
    record, created = put_boxes(_fc(fc), catalogue, _expected_version(), live_ports())
    logger.info("boxes put", extra={"fc": fc, "version": record.version, "new": created})
    return answer(201 if created else 200, document_of(record), {"ETag": f'"{record.version}"'})


@app.get("/fcs/<fc>/boxes")
def get_catalogue(fc: str) -> Response[str]:
    record = read_boxes(_fc(fc), live_ports())
    logger.info("boxes read", extra={"fc": fc, "version": record.version})
    return answer(200, document_of(record), {"ETag": f'"{record.version}"'})


def _body() -> str | None:
    return app.current_event.decoded_body


def _fc(fc: str) -> str:
    if not FC_FORM.fullmatch(fc):
        reason = "an FC is three to eight capital letters and digits, for example ONT8"
        raise InvalidRequest(f"fc: {reason}", errors=[{"field": "fc", "reason": reason}])
    return fc


def _idempotency_key() -> str | None:
    key = app.current_event.headers.get("Idempotency-Key")
    if key is not None and not KEY_FORM.fullmatch(key):
        reason = "one to 64 visible ASCII characters"
        raise InvalidRequest(f"Idempotency-Key: {reason}", errors=[{"field": "Idempotency-Key", "reason": reason}])
    return key


def _expected_version() -> int | None:
    sent = app.current_event.headers.get("If-Match")
    if sent is None:
        return None
    version = sent.strip().strip('"')
    if not version.isdecimal():
        reason = 'the ETag of the catalogue that you have read, for example "3"'
        raise InvalidRequest(f"If-Match: {reason}", errors=[{"field": "If-Match", "reason": reason}])
    return int(version)


@logger.inject_lambda_context(correlation_id_path=correlation_paths.API_GATEWAY_REST, clear_state=True)
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    return app.resolve(event, context)
