"""Each house rule lets a good template pass, and names what is wrong in a bad one, on the line where it is."""

from pathlib import Path

import pytest
from cfnlint.api import ManualArgs, lint_file  # type: ignore[import-untyped]
from cfnlint.helpers import load_plugins  # type: ignore[import-untyped]

from milkrun.lint.house import HouseRule
from milkrun.lint.written import WrittenTemplate

RULES = Path(__file__).parents[3] / "milkrun/lint/rules"
RUNBOOK = "docs/runbooks/toy.md"

GOOD = """\
Transform: AWS::Serverless-2016-10-31
Description: milkrun toys/toy - shows a stack that breaks no rule (owner toys)
Parameters:
  Target: { Type: String, Default: standalone, Description: Name of the fleet target }
  Release: { Type: String, Default: none, Description: Id of the release }
Globals:
  Function: { Runtime: python3.13, MemorySize: 256, LoggingConfig: { LogGroup: !Ref ToyLogGroup } }
Resources:
  ToyFunction:
    Type: AWS::Serverless::Function
    Metadata: { Milkrun: { Events: [events/toys/toy/sqs-toy.json] } }
    Properties:
      Description: Plays
      Handler: toy.worker.handler
      InlineCode: "# nothing"
      Timeout: 20
      Policies:
        - Statement:
            - Effect: Allow
              Action: cloudwatch:GetMetricData
              Resource: "*" # this action knows no resources
            - Effect: Allow
              Action: sns:Publish
              Resource: !Sub arn:${AWS::Partition}:sns:${AWS::Region}:${AWS::AccountId}:toys
      Events:
        ToyWanted:
          Type: SQS
          Properties: { Queue: !GetAtt ToyWantedQueue.Arn, FunctionResponseTypes: [ReportBatchItemFailures] }
  ToyWantedQueue:
    Type: AWS::SQS::Queue
    Properties:
      VisibilityTimeout: 120
      RedrivePolicy: { deadLetterTargetArn: !GetAtt ToyWantedDlq.Arn, maxReceiveCount: 3 }
  ToyWantedDlq:
    Type: AWS::SQS::Queue
  ToyTable:
    Type: AWS::DynamoDB::Table
    DeletionPolicy: Retain
    UpdateReplacePolicy: Retain
    Properties:
      BillingMode: PAY_PER_REQUEST
      AttributeDefinitions: [{ AttributeName: toy_id, AttributeType: S }]
      KeySchema: [{ AttributeName: toy_id, KeyType: HASH }]
      PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true }
  ToyLogGroup:
    Type: AWS::Logs::LogGroup
    DeletionPolicy: Delete
    UpdateReplacePolicy: Delete
    Properties: { RetentionInDays: 30 }
  ToyWantedDlqAlarm:
    Type: AWS::CloudWatch::Alarm
    Properties:
      AlarmDescription: Toys wait in the dead-letter queue. Runbook docs/runbooks/toy.md#toys-wait
      Namespace: AWS/SQS
      MetricName: ApproximateNumberOfMessagesVisible
      Dimensions: [{ Name: QueueName, Value: !GetAtt ToyWantedDlq.QueueName }]
      Statistic: Maximum
      Period: 60
      EvaluationPeriods: 1
      Threshold: 1
      ComparisonOperator: GreaterThanOrEqualToThreshold
      TreatMissingData: notBreaching
Outputs:
  SmokeFunctionName: { Description: The smoke test, Value: !Ref ToyFunction }
"""

# Rule, what is changed in the good template, and words that the message must have.
BAD = [
    ("E9001", "      Timeout: 20\n", "", "no Timeout"),
    ("E9001", "MemorySize: 256, ", "", "no MemorySize"),
    ("E9002", ", LoggingConfig: { LogGroup: !Ref ToyLogGroup }", "", "LoggingConfig.LogGroup"),
    ("E9002", "{ RetentionInDays: 30 }", "{ LogGroupClass: STANDARD }", "RetentionInDays"),
    ("E9003", "    Metadata: { Milkrun: { Events: [events/toys/toy/sqs-toy.json] } }\n", "", "name a file"),
    ("E9003", "sqs-toy.json", "sqs-gone.json", "does not exist"),
    ("E9004", ", FunctionResponseTypes: [ReportBatchItemFailures]", "", "ReportBatchItemFailures"),
    (
        "E9004",
        "          Type: SQS\n          Properties: { Queue: !GetAtt ToyWantedQueue.Arn, FunctionResponseTypes: "
        "[ReportBatchItemFailures] }\n",
        "          Type: Schedule\n          Properties: { Schedule: rate(1 minute) }\n",
        "DeadLetterQueue",
    ),
    ("E9005", '"*" # this action knows no resources', '"*"', "comment"),
    (
        "E9005",
        "Resource: !Sub arn:${AWS::Partition}:sns:${AWS::Region}:${AWS::AccountId}:toys",
        'Resource: ["*"] # really',
        "more than one",
    ),
    ("E9006", "      Policies:\n", "      Policies:\n        - AmazonDynamoDBFullAccess\n", "allows too much"),
    ("E9007", "arn:${AWS::Partition}:sns", "arn:aws:sns", "${AWS::Partition}"),
    (
        "E9008",
        "      RedrivePolicy: { deadLetterTargetArn: !GetAtt ToyWantedDlq.Arn, maxReceiveCount: 3 }\n",
        "",
        "ToyWantedQueueDlq",
    ),
    ("E9009", "!GetAtt ToyWantedDlq.QueueName", "!GetAtt ToyWantedQueue.QueueName", "add an alarm"),
    ("E9010", "    DeletionPolicy: Retain\n", "    DeletionPolicy: Delete\n", "DeletionPolicy"),
    ("E9010", "PointInTimeRecoveryEnabled: true", "PointInTimeRecoveryEnabled: false", "PointInTimeRecovery"),
    ("E9011", "{ Description: The smoke test, Value", "{ Value", "SmokeFunctionName has no Description"),
    ("E9012", "  Release: { Type: String, Default: none, ", "  Release: { Type: String, ", "Release"),
    ("E9012", "  SmokeFunctionName:", "  FunctionName:", "SmokeFunctionName"),
    ("E9013", "      TreatMissingData: notBreaching\n", "", "TreatMissingData"),
    ("E9013", " Runbook docs/runbooks/toy.md#toys-wait", "", "end AlarmDescription"),
    ("E9013", "toy.md#toys-wait", "gone.md#toys-wait", "does not exist"),
    ("E9013", "toy.md#toys-wait", "toy.md#toys-run", "no heading"),
    ("E9014", "      VisibilityTimeout: 120\n", "      VisibilityTimeout: 120\n      QueueName: toys\n", "QueueName"),
    ("E9015", "Outputs:\n", "# a line\n" * 400 + "Outputs:\n", "400 at most"),
    (
        "E9016",
        "  ToyTable:\n",
        "  ToyMachine:\n    Type: AWS::Serverless::StateMachine\n    Properties: { Definition: { StartAt: A } }\n"
        "  ToyTable:\n",
        "DefinitionUri",
    ),
]


@pytest.fixture(scope="module")
def rules() -> list[HouseRule]:
    """The rules as cfn-lint finds them."""
    found: list[HouseRule] = load_plugins(str(RULES))
    return found


def toy(root: Path, template: str) -> Path:
    """A repository with one module, toys/toy; path of its template."""
    for path, text in {
        "fleet.yaml": "",
        "events/toys/toy/sqs-toy.json": "{}",
        RUNBOOK: "# toys/toy\n\n## Toys wait\n",
        "functions/toys/toy/template.yaml": template,
    }.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text, encoding="utf-8")
    return root / "functions/toys/toy/template.yaml"


def problems(path: Path, rules: list[HouseRule]) -> list[tuple[str, str]]:
    """House rules that a template breaks: id and message."""
    template = WrittenTemplate(path)
    return [(rule.id, message) for rule in rules for _, message in rule.problems(template)]


def test_a_good_template_breaks_no_rule(rules: list[HouseRule], tmp_path: Path) -> None:
    assert problems(toy(tmp_path, GOOD), rules) == []


def test_every_rule_has_an_id_of_its_own_and_a_bad_template(rules: list[HouseRule]) -> None:
    ids = sorted(rule.id for rule in rules)

    assert len(set(ids)) == len(ids)
    assert {bad[0] for bad in BAD} == set(ids)


@pytest.mark.parametrize("change", BAD, ids=[f"{bad[0]}-{bad[3]}" for bad in BAD])
def test_a_bad_template_breaks_its_rule_alone(
    change: tuple[str, str, str, str], rules: list[HouseRule], tmp_path: Path
) -> None:
    rule, good, bad, words = change
    assert good in GOOD

    found = problems(toy(tmp_path, GOOD.replace(good, bad, 1)), rules)

    assert {broken for broken, _ in found} == {rule}
    assert any(words in message for _, message in found)


def test_cfn_lint_shows_a_problem_on_its_line(tmp_path: Path) -> None:
    path = toy(tmp_path, GOOD.replace('"*" # this action knows no resources', '"*"'))

    [match] = lint_file(path, config=ManualArgs(append_rules=[str(RULES)]))

    assert match.rule.id == "E9005"
    assert match.linenumber == GOOD[: GOOD.index('"*"')].count("\n") + 1


def test_a_name_with_a_reason_may_stand(rules: list[HouseRule], tmp_path: Path) -> None:
    named = "      VisibilityTimeout: 120\n      # Named, because another account sends to it.\n      QueueName: toys\n"

    assert problems(toy(tmp_path, GOOD.replace("      VisibilityTimeout: 120\n", named)), rules) == []
