"""A graphlet's import function as an importer: one invocation for each batch, with the operator's credentials.

The event is ``{"file": "title.basics", "rows": [{column: text, list of texts, or null}]}``, the answer
``{"written": n}``.  An exception of the function, whatever it is, counts as one about the rows: what is wrong with the
function itself shows when it refuses the rows one by one, too.
"""

import json
import threading
from collections.abc import Callable, Sequence
from functools import cached_property
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError, NoCredentialsError

from milkrun.catalogue.errors import CatalogueError, Refused, Throttled
from milkrun.catalogue.rows import Row

if TYPE_CHECKING:
    from mypy_boto3_lambda import LambdaClient

# Lambda takes 6 MB; a batch above is refused here, and halved like every batch that is refused.
MAX_EVENT_BYTES = 5_000_000
_BUSY = {
    "TooManyRequestsException",
    "ServiceException",
    "EC2ThrottledException",
    "RequestTimeout",
    "ThrottlingException",
}


def invoke_config(at_once: int) -> Config:
    """Timeouts for one batch; another try is the loader's matter, not the client's."""
    return Config(connect_timeout=3, read_timeout=120, retries={"total_max_attempts": 1}, max_pool_connections=at_once)


class LambdaImporter:
    """Invokes a function; safe to use from several threads.  A client is made only when there is something to send."""

    def __init__(self, make_client: "Callable[[], LambdaClient]", function: str) -> None:
        self._make_client = make_client
        self._function = function
        self._making = threading.Lock()

    @cached_property
    def _client(self) -> "LambdaClient":
        return self._make_client()

    def put(self, file: str, rows: Sequence[Row]) -> int:
        """Write rows of a file.  Raises Throttled, Refused, or CatalogueError where no try would do."""
        event = json.dumps({"file": file, "rows": rows}).encode()
        if len(event) > MAX_EVENT_BYTES:
            raise Refused(f"{len(event)} bytes are more than an invocation takes")
        try:
            with self._making:
                client = self._client
            answer = client.invoke(FunctionName=self._function, Payload=event)
            payload = answer["Payload"].read()
        except ClientError as error:
            raise self._translated(error) from error
        except NoCredentialsError:
            raise
        except BotoCoreError as error:
            raise Throttled(str(error)) from error
        return self._written(payload, failed="FunctionError" in answer)

    def _translated(self, error: ClientError) -> CatalogueError:
        code = error.response.get("Error", {}).get("Code", "")
        status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
        if code in _BUSY or status >= HTTPStatus.INTERNAL_SERVER_ERROR:
            return Throttled(f"{self._function}: {code}")
        if code == "ResourceNotFoundException":
            return CatalogueError(f"{self._function} is not there: release its service first")
        return CatalogueError(f"{self._function} cannot be invoked: {error}")

    def _written(self, payload: bytes, *, failed: bool) -> int:
        try:
            held: Any = json.loads(payload)
        except ValueError:
            held = None
        if failed:
            about = held if isinstance(held, dict) else {}
            raise Refused(f"{about.get('errorType', 'error')}: {about.get('errorMessage', payload[:200])}")
        if not isinstance(held, dict) or not isinstance(held.get("written"), int):
            raise Refused(f"{self._function} answered {payload[:80]!r}, not how many rows it wrote")
        return int(held["written"])
