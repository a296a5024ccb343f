"""Import functions as importers: what Lambda may answer, and what it means."""

import io
import json
from typing import Any, cast

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError, NoCredentialsError, ReadTimeoutError

from milkrun.catalogue.errors import CatalogueError, Refused, Throttled
from milkrun.catalogue.importer import MAX_EVENT_BYTES, LambdaImporter
from milkrun.catalogue.rows import Row

ROW: Row = {"tconst": "tt0000001", "titleType": "short", "endYear": None, "genres": ["Drama", "Été"]}


class FakeLambda:
    """Answers every invocation alike, or fails alike."""

    def __init__(self, payload: bytes = b"", *, failed: bool = False, error: Exception | None = None) -> None:
        self._payload, self._failed, self._error = payload, failed, error
        self.events: list[Any] = []

    def invoke(self, FunctionName: str, Payload: bytes) -> dict[str, Any]:  # noqa: N803 - boto3's names
        assert FunctionName == "imdb-titles-import"
        if self._error:
            raise self._error
        self.events.append(json.loads(Payload))
        return {"Payload": io.BytesIO(self._payload)} | ({"FunctionError": "Unhandled"} if self._failed else {})


def put(fake: FakeLambda, *rows: Row) -> int:
    return LambdaImporter(lambda: cast("Any", fake), "imdb-titles-import").put("title.basics", rows or [ROW])


def client_error(code: str, status: int = 400) -> ClientError:
    about: Any = {"Error": {"Code": code, "Message": "no"}, "ResponseMetadata": {"HTTPStatusCode": status}}
    return ClientError(about, "Invoke")


def test_rows_go_out_as_they_were_read_and_the_count_comes_back() -> None:
    fake = FakeLambda(b'{"written": 1}')

    assert put(fake) == 1
    assert fake.events == [{"file": "title.basics", "rows": [ROW]}]


def test_an_exception_of_the_function_is_a_refusal_with_its_reason() -> None:
    fake = FakeLambda(b'{"errorType": "ValueError", "errorMessage": "no year"}', failed=True)

    with pytest.raises(Refused, match="ValueError: no year"):
        put(fake)


@pytest.mark.parametrize("payload", [b"", b"null", b"[1]", b'{"written": "all"}', b"<html>"])
def test_an_answer_without_a_count_is_a_refusal(payload: bytes) -> None:
    with pytest.raises(Refused, match="not how many rows it wrote"):
        put(FakeLambda(payload))


@pytest.mark.parametrize(
    "error",
    [
        client_error("TooManyRequestsException", 429),
        client_error("ServiceException", 500),
        EndpointConnectionError(endpoint_url="http://127.0.0.1:1"),
        ReadTimeoutError(endpoint_url="http://127.0.0.1:1"),
    ],
)
def test_what_may_pass_is_worth_another_try(error: Exception) -> None:
    with pytest.raises(Throttled):
        put(FakeLambda(error=error))


@pytest.mark.parametrize(
    ("error", "message"),
    [
        (client_error("ResourceNotFoundException", 404), "imdb-titles-import is not there: release its service"),
        (client_error("AccessDeniedException", 403), "imdb-titles-import cannot be invoked"),
    ],
)
def test_what_no_try_mends_ends_the_load(error: ClientError, message: str) -> None:
    with pytest.raises(CatalogueError, match=message) as caught:
        put(FakeLambda(error=error))

    assert not isinstance(caught.value, Throttled | Refused)


def test_missing_credentials_are_told_as_such() -> None:
    with pytest.raises(NoCredentialsError):
        put(FakeLambda(error=NoCredentialsError()))


def test_a_batch_that_lambda_would_not_take_is_refused_before_it_is_sent() -> None:
    fake = FakeLambda(b'{"written": 1}')

    with pytest.raises(Refused, match="more than an invocation takes"):
        put(fake, ROW | {"primaryTitle": "x" * MAX_EVENT_BYTES})

    assert fake.events == []
