"""Rules about what holds data: queues and tables."""

from collections.abc import Iterator

from milkrun.lint import house
from milkrun.lint.house import Problem
from milkrun.lint.written import WrittenTemplate, referred

TABLES = ("AWS::DynamoDB::Table", "AWS::DynamoDB::GlobalTable")
QUEUE = "AWS::SQS::Queue"


class QueuesHaveDeadLetters(house.HouseRule):
    id = "E9008"
    shortdesc = "A queue has a dead-letter queue"
    description = (
        "RedrivePolicy names a queue whose logical id ends in Dlq, so that a message that fails is kept and seen"
    )

    def problems(self, template: WrittenTemplate) -> Iterator[Problem]:
        for queue in template.resources(QUEUE):
            if queue.key.endswith("Dlq"):
                continue
            target = referred((queue.properties.get("RedrivePolicy") or {}).get("deadLetterTargetArn"))
            if target is None or not target.endswith("Dlq"):
                yield (
                    queue.key,
                    f"{queue.key}: set RedrivePolicy.deadLetterTargetArn to a queue of its own, {queue.key}Dlq",
                )


class DeadLettersAreWatched(house.HouseRule):
    id = "E9009"
    shortdesc = "A dead-letter queue has an alarm"
    description = "A message that nobody is told of is a message lost"

    def problems(self, template: WrittenTemplate) -> Iterator[Problem]:
        watched = {
            referred(dimension.get("Value"))
            for alarm in template.resources("AWS::CloudWatch::Alarm")
            for dimension in alarm.properties.get("Dimensions") or []
        }
        for queue in template.resources(QUEUE):
            if queue.key.endswith("Dlq") and queue.key not in watched:
                yield queue.key, f"{queue.key}: add an alarm on its ApproximateNumberOfMessagesVisible"


class TablesStay(house.HouseRule):
    id = "E9010"
    shortdesc = "A table survives its stack and its mistakes"
    description = "DeletionPolicy and UpdateReplacePolicy Retain, and point-in-time recovery"

    def problems(self, template: WrittenTemplate) -> Iterator[Problem]:
        for table in template.resources(*TABLES):
            for policy in ("DeletionPolicy", "UpdateReplacePolicy"):
                if table.body.get(policy) != "Retain":
                    yield table.key, f"{table.key}: set {policy} to Retain"
            places = [table.properties, *(table.properties.get("Replicas") or [])]
            recovery = [place.get("PointInTimeRecoverySpecification") or {} for place in places]
            if not any(found.get("PointInTimeRecoveryEnabled") in (True, "true") for found in recovery):
                yield table.key, f"{table.key}: set PointInTimeRecoverySpecification.PointInTimeRecoveryEnabled to true"
