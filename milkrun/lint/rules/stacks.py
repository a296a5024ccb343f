"""Rules about a stack as a whole: what its reader, its release and its operator count on."""

import re
from collections.abc import Iterator
from pathlib import Path

from milkrun.lint import house
from milkrun.lint.house import Problem
from milkrun.lint.written import FUNCTION, WrittenTemplate

MAX_LINES = 400
RUNBOOK = re.compile(r"(docs/runbooks/[\w./-]+\.md)(?:#([\w-]+))?$")
# Properties that fix a name within an account: a resource that has one cannot be replaced, or deployed twice.
PHYSICAL_NAMES = {
    "AWS::CloudWatch::Alarm": "AlarmName",
    "AWS::DynamoDB::GlobalTable": "TableName",
    "AWS::DynamoDB::Table": "TableName",
    "AWS::Events::EventBus": "",  # must have a name
    "AWS::IAM::ManagedPolicy": "ManagedPolicyName",
    "AWS::IAM::Role": "RoleName",
    "AWS::Lambda::Function": "FunctionName",
    "AWS::Logs::LogGroup": "LogGroupName",
    "AWS::S3::Bucket": "BucketName",
    "AWS::SNS::Topic": "TopicName",
    "AWS::SQS::Queue": "QueueName",
    "AWS::Serverless::Function": "FunctionName",
    "AWS::Serverless::LayerVersion": "LayerName",
    "AWS::Serverless::StateMachine": "Name",
    "AWS::StepFunctions::StateMachine": "StateMachineName",
}


class EverythingIsDescribed(house.HouseRule):
    id = "E9011"
    shortdesc = "Every parameter and output has a Description"
    description = "They are the stack's face: what is it, and what does a value look like"

    def problems(self, template: WrittenTemplate) -> Iterator[Problem]:
        for section in ("Parameters", "Outputs"):
            for key, body in template.section(section).items():
                if not body.get("Description"):
                    yield key, f"{section}: {key} has no Description: say what it is"


class ReleasesFindTheirWay(house.HouseRule):
    id = "E9012"
    shortdesc = "A stack has the parameters Target and Release, and the output SmokeFunctionName"
    description = (
        "Target and Release mark every log line; the smoke function gates a release. With defaults, for sam deploy"
    )

    def problems(self, template: WrittenTemplate) -> Iterator[Problem]:
        content = template.content
        first = next(iter(content))
        for name in ("Target", "Release"):
            if "Default" not in (template.section("Parameters").get(name) or {}):
                yield first, f"add the parameter {name}, with a neutral default"
        released = template.path.parent.parent.parent.name == "functions"
        if released and any(template.resources(FUNCTION)) and "SmokeFunctionName" not in template.section("Outputs"):
            yield (
                first,
                "add the output SmokeFunctionName: a release invokes that function to see whether the stack works",
            )


class AlarmsLeadToRunbooks(house.HouseRule):
    id = "E9013"
    shortdesc = "An alarm says what to do, and what missing data mean"
    description = "AlarmDescription ends with a path (and heading) below docs/runbooks; TreatMissingData is stated"

    def problems(self, template: WrittenTemplate) -> Iterator[Problem]:
        for alarm in template.resources("AWS::CloudWatch::Alarm", "AWS::CloudWatch::CompositeAlarm"):
            if "TreatMissingData" not in alarm.properties and alarm.type == "AWS::CloudWatch::Alarm":
                yield alarm.key, f"{alarm.key}: state TreatMissingData"
            wrong = why_no_runbook(template.root, str(alarm.properties.get("AlarmDescription", "")))
            if wrong:
                yield alarm.key, f"{alarm.key}: {wrong}"


class NamesAreLeftToCloudFormation(house.HouseRule):
    id = "E9014"
    shortdesc = "No physical names, but for a reason"
    description = "A named resource cannot be replaced nor deployed twice; where it must be named, a comment says why"

    def problems(self, template: WrittenTemplate) -> Iterator[Problem]:
        for resource in template.resources():
            for key in resource.properties:
                if key == PHYSICAL_NAMES.get(resource.type) and not template.reason_at(key):
                    yield key, f"{resource.key}: leave out {key}, or say in a comment on its line why it must be named"


class TemplatesAreShort(house.HouseRule):
    id = "E9015"
    shortdesc = f"A template has at most {MAX_LINES} lines"
    description = "Nobody reads more; dashboards and state machines are files of their own"

    def problems(self, template: WrittenTemplate) -> Iterator[Problem]:
        if len(template.lines) > MAX_LINES:
            yield next(iter(template.content)), f"{len(template.lines)} lines, {MAX_LINES} at most: what can be a file?"


class StateMachinesAreFiles(house.HouseRule):
    id = "E9016"
    shortdesc = "A state machine is a file of its own"
    description = "DefinitionUri with DefinitionSubstitutions: it can then be read, checked and tested"

    def problems(self, template: WrittenTemplate) -> Iterator[Problem]:
        for machine in template.resources("AWS::Serverless::StateMachine", "AWS::StepFunctions::StateMachine"):
            place = machine.properties.get("DefinitionUri")
            if not isinstance(place, str):
                yield machine.key, f"{machine.key}: move the definition to statemachines/ and name it in DefinitionUri"
            elif not (template.path.parent / place).is_file():
                yield machine.key, f"{machine.key}: {place} does not exist"


def why_no_runbook(root: Path, description: str) -> str | None:
    """What is wrong with the end of an alarm's description; None where it leads to a runbook."""
    found = RUNBOOK.search(description)
    if not found:
        return (
            "end AlarmDescription with the runbook, e.g. Runbook docs/runbooks/fulfillment-pack.md#the-api-answers-5xx"
        )
    path, anchor = found.groups()
    if not (root / path).is_file():
        return f"{path} does not exist: write it"
    headings = (root / path).read_text(encoding="utf-8")
    if anchor and anchor not in {anchor_of(line) for line in headings.splitlines() if line.startswith("#")}:
        return f"{path} has no heading for #{anchor}: add it, or mend the anchor"
    return None


def anchor_of(heading: str) -> str:
    """How a forge makes an anchor of a heading."""
    words = re.sub(r"[^\w\- ]", "", heading.lstrip("# ").strip().lower())
    return words.replace(" ", "-")
