"""Rules about functions: limits, logs, sample events, and what becomes of an event that fails."""

from collections.abc import Iterator

from milkrun.lint import house
from milkrun.lint.house import Problem
from milkrun.lint.written import Resource, WrittenTemplate, referred

# Lambda retries these by itself and then drops the event, unless there is a place for it.
ASYNCHRONOUS = (
    "SNS",
    "EventBridgeRule",
    "CloudWatchEvent",
    "Schedule",
    "ScheduleV2",
    "S3",
    "IoTRule",
    "CloudWatchLogs",
)
STREAMS = ("DynamoDB", "Kinesis", "MSK")


class LimitsAreStated(house.HouseRule):
    id = "E9001"
    shortdesc = "A function states its limits"
    description = (
        "Timeout, MemorySize and a Description, of the function or in Globals: the defaults are nobody's choice"
    )

    def problems(self, template: WrittenTemplate) -> Iterator[Problem]:
        for function in template.functions():
            for name in ("Timeout", "MemorySize", "Description"):
                if name not in function.properties:
                    yield function.key, f"{function.key} states no {name}: give it one"


class LogsEndSometime(house.HouseRule):
    id = "E9002"
    shortdesc = "A function writes to a log group of its stack, which has a retention"
    description = "A group that Lambda makes by itself is kept for ever, and stays when the stack goes"

    def problems(self, template: WrittenTemplate) -> Iterator[Problem]:
        groups = {group.key: group for group in template.resources("AWS::Logs::LogGroup")}
        for function in template.functions():
            group = referred((function.properties.get("LoggingConfig") or {}).get("LogGroup"))
            if group not in groups:
                yield function.key, f"{function.key}: set LoggingConfig.LogGroup to a log group of this template"
        for key, resource in groups.items():
            if "RetentionInDays" not in resource.properties:
                yield key, f"{key} keeps its lines for ever: set RetentionInDays"


class EventsAreThere(house.HouseRule):
    id = "E9003"
    shortdesc = "A function names its sample events"
    description = "Metadata.Milkrun.Events names at least one file of events/, to be invoked with sam local invoke"

    def problems(self, template: WrittenTemplate) -> Iterator[Problem]:
        for function in template.functions():
            events = ((function.body.get("Metadata") or {}).get("Milkrun") or {}).get("Events") or []
            if not events:
                yield function.key, f"{function.key}: name a file of events/ under Metadata, Milkrun, Events"
            for event in events:
                if not (template.root / str(event)).is_file():
                    yield event, f"{event} does not exist: add it, or mend its name"


class NoEventIsLost(house.HouseRule):
    id = "E9004"
    shortdesc = "An event that fails has a place to go"
    description = (
        "Asynchronous sources need a dead-letter queue or an on-failure destination, batches report single items"
    )

    def problems(self, template: WrittenTemplate) -> Iterator[Problem]:
        for function in template.functions():
            for key, source in (function.properties.get("Events") or {}).items():
                wrong = why_lost(function, str(source.get("Type", "")), source.get("Properties") or {})
                if wrong:
                    yield key, f"{function.key}, event {key}: {wrong}"


def why_lost(function: Resource, source: str, properties: dict[str, object]) -> str | None:
    """How an event of this source could get lost; None where it cannot."""
    invoke = function.properties.get("EventInvokeConfig") or {}
    kept = "DeadLetterQueue" in function.properties or "OnFailure" in (invoke.get("DestinationConfig") or {})
    if source in ASYNCHRONOUS and not kept:
        return "give the function a DeadLetterQueue, or EventInvokeConfig.DestinationConfig.OnFailure"
    destination = properties.get("DestinationConfig")
    if source in STREAMS and not (isinstance(destination, dict) and "OnFailure" in destination):
        return "give the source DestinationConfig.OnFailure"
    if source in ("SQS", *STREAMS) and properties.get("FunctionResponseTypes") != ["ReportBatchItemFailures"]:
        return "set FunctionResponseTypes to [ReportBatchItemFailures], or one bad item fails its whole batch"
    return None
