"""The queue entry point: what is counted, what comes again."""

import hashlib
import json
from typing import Any

import pytest
from milkrun_core.errors import Unavailable
from registry import worker
from registry.schemas import UsageBatch

from tests.support.packing import LambdaContextStub
from tests.support.registry import FakeUsage, event


@pytest.fixture
def usage(monkeypatch: pytest.MonkeyPatch) -> FakeUsage:
    usage = FakeUsage()
    monkeypatch.setattr(worker, "live_usage", lambda: usage)
    return usage


def failed(content: Any) -> list[str]:
    reply = worker.handler(content, LambdaContextStub())  # type: ignore[arg-type]
    return [failure["itemIdentifier"] for failure in reply["batchItemFailures"]]


def test_every_message_of_a_batch_is_counted(usage: FakeUsage) -> None:
    assert failed(event("sqs-usage")) == []
    assert [batch.batch for batch in usage.batches] == ["gateway-1-0001", "gateway-2-0001"]
    assert [row.count for row in usage.batches[0].operations] == [120, 30, 7]


def test_only_the_unreadable_message_comes_again(usage: FakeUsage) -> None:
    content = event("sqs-usage-one-poisoned")
    assert failed(content) == [content["Records"][1]["messageId"]]
    assert len(usage.batches) == 1


def test_a_hash_that_is_not_that_of_its_text_is_refused(usage: FakeUsage) -> None:
    content = event("sqs-usage-one-poisoned")
    body = json.loads(content["Records"][0]["body"])
    body["operations"][0]["text"] += " "
    content["Records"] = [content["Records"][0] | {"body": json.dumps(body)}]
    assert len(failed(content)) == 1
    body["operations"][0]["hash"] = hashlib.sha256(body["operations"][0]["text"].encode()).hexdigest()
    content["Records"] = [content["Records"][0] | {"body": json.dumps(body)}]
    assert failed(content) == []


def test_a_table_that_does_not_answer_makes_every_message_come_again(monkeypatch: pytest.MonkeyPatch) -> None:
    class _Throttled(FakeUsage):
        """Usage whose table is throttled."""

        def add(self, batch: UsageBatch) -> bool:
            raise Unavailable("the usage table did not answer", batch=batch.batch)

    monkeypatch.setattr(worker, "live_usage", _Throttled)
    assert len(failed(event("sqs-usage"))) == 2
