"""Queue entry point: the same planning, order by order.

An order that can never be packed is stored as a refused plan, where its sender looks for it.  What may pass later
(a throttled table) and what is our own fault (an answer that the checker refuses, an unreadable message) fails alone,
comes again, and ends in the dead-letter queue: nothing is lost.
"""

from typing import Any

from aws_lambda_powertools.utilities.batch import BatchProcessor, EventType, process_partial_response
from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord
from aws_lambda_powertools.utilities.typing import LambdaContext
from milkrun_core.errors import MilkrunError, NotFound, Unprocessable
from milkrun_core.http import parse
from milkrun_core.logs import module_logger

from pack.ports import PlanRecord, Ports
from pack.schemas import PlanMessage
from pack.usecases import PlanOrder, create_plan, record_refusal
from pack.wiring import live_ports

PLAN_SECONDS = 5.0  # times the batch size, it stays below the function's timeout

logger = module_logger()
processor = BatchProcessor(event_type=EventType.SQS, raise_on_entire_batch_failure=False)


def plan_record(record: SQSRecord) -> None:
    """One message; an exception fails this one alone."""
    logger.set_correlation_id(record.message_id)
    try:
        planned = plan_message(record.body, live_ports())
    except MilkrunError as error:
        facts = {"error": error.code, "reason": error.message, **error.details}
        logger.error("message failed", extra=facts)  # noqa: TRY400 - a named error needs no stack trace
        raise
    except Exception:
        logger.exception("message failed", extra={"error": "InternalError"})
        raise
    logger.info(
        "order refused" if planned.refused else "order planned", extra={"fc": planned.fc, "plan_id": planned.plan_id}
    )


def plan_message(body: str, ports: Ports) -> PlanRecord:
    """The plan of the order in the message, or its stored refusal."""
    message = parse(PlanMessage, body)
    command = PlanOrder.of(message.fc, message.order, message.idempotency_key, PLAN_SECONDS)
    try:
        return create_plan(command, ports)[0]
    except (Unprocessable, NotFound) as error:
        return record_refusal(command, error, ports)


@logger.inject_lambda_context(clear_state=True)
def handler(event: dict[str, Any], context: LambdaContext) -> Any:
    return process_partial_response(event=event, record_handler=plan_record, processor=processor, context=context)
