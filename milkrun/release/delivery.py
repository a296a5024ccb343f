"""The delivery account as the operator reaches it: its bucket, its release table, its machines."""

from functools import cached_property
from typing import TYPE_CHECKING, Any, cast

from botocore.exceptions import ClientError, EndpointConnectionError

from milkrun.accounts import CLIENT_CONFIG, session
from milkrun.environment import Environment
from milkrun.errors import CloudUnavailable
from milkrun.release.errors import DeliveryNotDeployed

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_stepfunctions import SFNClient

STACK = "delivery"


class Delivery:
    """Clients and names in the delivery account, each looked up when it is first needed."""

    def __init__(self, environment: Environment) -> None:
        self.environment = environment
        self.account = environment.fleet.account_that_runs("delivery")

    @cached_property
    def s3(self) -> "S3Client":
        return cast("S3Client", self._client("s3"))

    @cached_property
    def dynamodb(self) -> "DynamoDBClient":
        return cast("DynamoDBClient", self._client("dynamodb"))

    @cached_property
    def machines(self) -> "SFNClient":
        return cast("SFNClient", self._client("stepfunctions"))

    @property
    def bucket(self) -> str:
        """The bucket of all artifacts, made by the account's baseline."""
        return artifact_bucket(self._account.id, self._account.regions[0])

    @property
    def table(self) -> str:
        return self._outputs["ReleaseTableName"]

    @property
    def release_machine(self) -> str:
        return self._outputs["ReleaseMachineArn"]

    def execution(self, release_id: str) -> str:
        """The ARN of a release's execution: it has the release's name."""
        return f"{self.release_machine.replace(':stateMachine:', ':execution:')}:{release_id}"

    @property
    def _account(self) -> Any:
        return self.environment.fleet.accounts[self.account]

    def _client(self, service: str) -> Any:
        made = session(self.environment.fleet, self.account)
        return made.client(service, config=CLIENT_CONFIG)  # type: ignore[call-overload]

    @cached_property
    def _outputs(self) -> dict[str, str]:
        try:
            stack = self._client("cloudformation").describe_stacks(StackName=STACK)["Stacks"][0]
        except EndpointConnectionError as error:
            raise CloudUnavailable(f"{error}: is the local cloud running? `make up` starts it") from error
        except ClientError as error:
            if "does not exist" not in str(error):
                raise
            raise DeliveryNotDeployed(f"account {self.account} has no stack {STACK}: run `make up`") from error
        return {each["OutputKey"]: each["OutputValue"] for each in stack.get("Outputs", [])}


def artifact_bucket(account_id: str, region: str) -> str:
    """The name that the account baseline gives the bucket of an account and Region."""
    return f"milkrun-artifacts-{account_id}-{region}"
