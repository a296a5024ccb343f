"""Queue entry point: counts what the gateways answered, batch by batch, each of them once."""

from typing import Any

from aws_lambda_powertools.utilities.batch import BatchProcessor, EventType, process_partial_response
from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord
from aws_lambda_powertools.utilities.typing import LambdaContext
from milkrun_core.errors import MilkrunError
from milkrun_core.http import parse
from milkrun_core.logs import module_logger

from registry.schemas import UsageBatch
from registry.wiring import live_usage

logger = module_logger()
processor = BatchProcessor(event_type=EventType.SQS, raise_on_entire_batch_failure=False)


def count_record(record: SQSRecord) -> None:
    """One message; an exception fails this one alone."""
    logger.set_correlation_id(record.message_id)
    try:
        batch = parse(UsageBatch, record.body)
        counted = live_usage().add(batch)
    except MilkrunError as error:
        facts = {"error": error.code, "reason": error.message, **error.details}
        logger.error("message failed", extra=facts)  # noqa: TRY400 - a named error needs no stack trace
        raise
    except Exception:
        logger.exception("message failed", extra={"error": "InternalError"})
        raise
    facts = {"batch": batch.batch, "operations": len(batch.operations), "fields": len(batch.fields)}
    logger.info("usage counted" if counted else "usage counted before", extra=facts)


@logger.inject_lambda_context(clear_state=True)
def handler(event: dict[str, Any], context: LambdaContext) -> Any:
    return process_partial_response(event=event, record_handler=count_record, processor=processor, context=context)
