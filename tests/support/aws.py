"""An account of the local cloud, as tests use it: a few lines to make a function, run a machine, deploy a stack."""

import io
import json
import time
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

_CONFIG = Config(connect_timeout=3, read_timeout=40, retries={"total_max_attempts": 1}, inject_host_prefix=False)
_TRUST = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Effect": "Allow",
            "Principal": {"Service": ["lambda.amazonaws.com", "states.amazonaws.com"]},
            "Action": "sts:AssumeRole",
        }
    ],
}


def eventually[T](look: Callable[[], T | None], *, seconds: float = 10, what: str = "it") -> T:
    """Look again and again until there is something; say what was waited for when there is nothing by the deadline."""
    deadline = time.monotonic() + seconds
    while True:
        found = look()
        if found:
            return found
        if time.monotonic() >= deadline:
            raise AssertionError(f"{what} did not happen within {seconds:g} s; last seen: {found!r}")
        time.sleep(0.05)


def zipped(files: Mapping[str, str]) -> bytes:
    """A zip archive of text files."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    return buffer.getvalue()


@dataclass
class Aws:
    """One account, in one Region."""

    endpoint: str
    account: str
    region: str = "us-east-1"
    _clients: dict[str, Any] = field(default_factory=dict, repr=False)

    def client(self, service: str) -> Any:
        """A client of this account."""
        if service not in self._clients:
            make: Any = boto3.client
            self._clients[service] = make(
                service,
                endpoint_url=self.endpoint,
                region_name=self.region,
                aws_access_key_id=self.account,
                aws_secret_access_key="any",
                config=_CONFIG,
            )
        return self._clients[service]

    def in_region(self, region: str) -> "Aws":
        """The same account elsewhere."""
        return Aws(self.endpoint, self.account, region)

    def role(self) -> str:
        """The ARN of a role that functions and machines may run as."""
        iam = self.client("iam")
        try:
            return str(iam.get_role(RoleName="test")["Role"]["Arn"])
        except iam.exceptions.NoSuchEntityException:
            return str(iam.create_role(RoleName="test", AssumeRolePolicyDocument=json.dumps(_TRUST))["Role"]["Arn"])

    def function(self, name: str, source: str, **config: Any) -> str:
        """Make a function whose handler is `handler` in `source`; return its ARN."""
        settings = {"Runtime": "python3.13", "Handler": "index.handler", "Timeout": 10, **config}
        code = {"ZipFile": zipped({"index.py": source})}
        made = self.client("lambda").create_function(FunctionName=name, Role=self.role(), Code=code, **settings)
        return str(made["FunctionArn"])

    def update(self, name: str, source: str) -> None:
        """Give a function new code."""
        self.client("lambda").update_function_code(FunctionName=name, ZipFile=zipped({"index.py": source}))

    def invoke(self, name: str, payload: Any = None, **options: Any) -> Any:
        """Invoke and return what the function answers, be it a result or an error object."""
        body = json.dumps(payload).encode()
        answer = self.client("lambda").invoke(FunctionName=name, Payload=body, **options)
        return json.loads(answer["Payload"].read() or b"null")

    def machine(self, name: str, definition: Mapping[str, Any]) -> str:
        """Make a state machine; return its ARN."""
        made = self.client("stepfunctions").create_state_machine(
            name=name, definition=json.dumps(definition), roleArn=self.role()
        )
        return str(made["stateMachineArn"])

    def run(self, machine: str, payload: Any = None) -> Any:
        """Run a state machine to its end; return its description."""
        states = self.client("stepfunctions")
        arn = states.start_execution(stateMachineArn=machine, input=json.dumps(payload or {}))["executionArn"]

        def ended() -> Any:
            seen = states.describe_execution(executionArn=arn)
            return None if seen["status"] == "RUNNING" else seen

        return eventually(ended, seconds=20, what=f"the end of {arn}")

    def deploy(self, stack: str, template: Mapping[str, Any], **parameters: str) -> str:
        """Create or update a stack through a change set, as SAM does; return the status that it ends in."""
        cloudformation = self.client("cloudformation")
        kind = "UPDATE" if self.stack_status(stack) else "CREATE"
        change_set = cloudformation.create_change_set(
            StackName=stack,
            ChangeSetName=f"change-{time.time_ns()}",
            ChangeSetType=kind,
            TemplateBody=json.dumps(template),
            Capabilities=["CAPABILITY_IAM", "CAPABILITY_AUTO_EXPAND"],
            Parameters=[{"ParameterKey": key, "ParameterValue": value} for key, value in parameters.items()],
        )["Id"]

        def ready() -> bool:
            seen = cloudformation.describe_change_set(ChangeSetName=change_set)
            assert seen["Status"] != "FAILED", seen["StatusReason"]
            return bool(seen["Status"] == "CREATE_COMPLETE")

        eventually(ready, what=f"the change set of {stack}")
        cloudformation.execute_change_set(ChangeSetName=change_set)
        return eventually(lambda: self._settled(stack), seconds=30, what=f"the end of the {kind} of {stack}")

    def stack_status(self, stack: str) -> str | None:
        """The status of a stack, None where there is none."""
        try:
            return str(self.client("cloudformation").describe_stacks(StackName=stack)["Stacks"][0]["StackStatus"])
        except ClientError:
            return None

    def _settled(self, stack: str) -> str | None:
        status = self.stack_status(stack)
        return None if status is None or status.endswith("IN_PROGRESS") else status

    def outputs(self, stack: str) -> dict[str, str]:
        """The outputs of a stack."""
        found = self.client("cloudformation").describe_stacks(StackName=stack)["Stacks"][0]["Outputs"]
        return {output["OutputKey"]: output["OutputValue"] for output in found}

    def metric(self, namespace: str, name: str, statistic: str = "Sum", **dimensions: str) -> float | None:
        """The statistic of a metric over the last minutes; None without data points."""
        query = {
            "Metric": {
                "Namespace": namespace,
                "MetricName": name,
                "Dimensions": [{"Name": key, "Value": value} for key, value in dimensions.items()],
            },
            "Period": 3600,
            "Stat": statistic,
        }
        now = datetime.now(UTC)
        answer = self.client("cloudwatch").get_metric_data(
            MetricDataQueries=[{"Id": "asked", "MetricStat": query}],
            StartTime=now - timedelta(hours=2),
            EndTime=now + timedelta(hours=1),
        )
        values = answer["MetricDataResults"][0]["Values"]
        return float(sum(values)) if values else None
