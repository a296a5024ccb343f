"""What was asked, counted and told."""

import hashlib
import json

import orjson
import pytest
from gateway.calls import Reply
from gateway.domain import usage as rules
from gateway.domain.errors import AwsRefused
from gateway.domain.usage import MAX_OPERATIONS, MAX_TEXT, MESSAGE_BYTES, Tally, messages
from gateway.usage import MAX_WAITING, Usage, UsageQueue
from registry.schemas import UsageBatch

from tests.support.front import AWAY, KNOWN_FOR, Doors, Lines, Sent, posted

NOON = 1_772_452_800.0


def digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


async def told(doors: Doors) -> None:
    doors.usage.flush_if_due()
    await doors.usage.finish()


async def test_requests_are_told_per_operation_and_client_and_fields_per_graphlet() -> None:
    doors = Doors()
    for _ in range(3):
        await doors.front.answer(posted(KNOWN_FOR, x_client_name="web"))
    await doors.usage.finish()
    await told(doors)
    operations = [one for message in doors.sent.messages for one in message["operations"]]
    assert {one["client"] for one in operations} == {"web"}
    assert {one["hash"] for one in operations} == {digest(KNOWN_FOR)}
    assert sum(one["count"] for one in operations) == 3
    fields = {(one["graphlet"], one["coordinate"]) for message in doors.sent.messages for one in message["fields"]}
    assert {("people", "Name.nameText"), ("titles", "Title.titleText"), ("ratings", "Title.rating")} <= fields


async def test_a_message_is_what_the_registry_reads() -> None:
    doors = Doors()
    await doors.front.answer(posted(KNOWN_FOR))
    await told(doors)
    batch = UsageBatch.model_validate(doors.sent.messages[0])
    assert batch.operations[0].text == KNOWN_FOR
    assert batch.operations[0].client == "unknown"
    assert batch.start <= batch.end


async def test_a_request_with_errors_counts_as_one() -> None:
    doors = Doors()
    doors.graphlets.fails["ratings"] = RuntimeError("gone")
    await doors.front.answer(posted(KNOWN_FOR))
    assert [(one.requests, one.errors) for one in doors.usage.tally.operations.values()] == [(1, 1)]


async def test_a_refused_operation_is_not_counted() -> None:
    doors = Doors()
    await doors.front.answer(posted("{ nothing }"))
    assert not doors.usage.tally.operations


async def test_telling_does_not_keep_a_request_waiting() -> None:
    doors = Doors()
    await doors.front.answer(posted(KNOWN_FOR))
    doors.sent.away = AWAY
    assert (await doors.front.answer(posted(KNOWN_FOR)))["statusCode"] == 200


async def test_a_batch_that_could_not_be_told_is_told_later_under_the_same_name() -> None:
    sent, lines = Sent(away=AWAY), Lines()
    usage = Usage(sent, lines, 0.0)
    usage.tally.add(KNOWN_FOR, "web", failed=False)
    usage.flush_if_due()
    await usage.finish()
    assert lines.errors("usage not told yet")[0]["waiting"] == 1
    sent.away = None
    usage.flush_if_due()
    await usage.finish()
    usage.flush_if_due()
    await usage.finish()
    assert [one["operations"][0]["count"] for one in sent.messages] == [1]


async def test_what_waits_too_long_is_lost_and_that_is_said() -> None:
    sent, lines = Sent(away=AWAY), Lines()
    usage = Usage(sent, lines, 0.0)
    for _ in range(MAX_WAITING + 2):
        usage.tally.add(KNOWN_FOR, "web", failed=False)
        usage.flush_if_due()
        await usage.finish()
    assert sum(one["requests"] for one in lines.errors("usage lost")) == 2


async def test_a_fault_while_telling_fails_no_request() -> None:
    sent, lines = Sent(away=RuntimeError("a bug")), Lines()
    usage = Usage(sent, lines, 0.0)
    usage.tally.add(KNOWN_FOR, "web", failed=False)
    usage.flush_if_due()
    await usage.finish()
    assert lines.errors("usage not told")[0]["lost"] == 1


async def test_it_tells_no_more_often_than_it_shall() -> None:
    now = [NOON]
    sent = Sent()
    usage = Usage(sent, Lines(), 5.0, clock=lambda: now[0])
    for second in range(11):
        now[0] = NOON + second
        usage.tally.add(KNOWN_FOR, "web", failed=False)
        usage.flush_if_due()
        await usage.finish()
    assert [one["operations"][0]["count"] for one in sent.messages] == [6, 5]


def test_there_is_a_bound_for_texts_and_for_clients() -> None:
    tally = Tally(NOON)
    for number in range(MAX_OPERATIONS + 3):
        tally.add(KNOWN_FOR, f"client-{number}", failed=False)
    tally.add("x" * (MAX_TEXT + 1), "web", failed=False)
    assert (len(tally.operations), tally.lost) == (MAX_OPERATIONS, 4)
    tally.add(KNOWN_FOR, "client-0", failed=False)
    assert tally.lost == 4, "what is counted already goes on being counted"


def test_there_is_a_bound_for_fields(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rules, "MAX_FIELDS", 2)
    tally = Tally(NOON)
    tally.add_fields("people", ["Name.id", "Name.nameText", "Name.birthYear", "Name.id"])
    assert tally.fields == {("people", "Name.id"): 2, ("people", "Name.nameText"): 1}


def test_messages_fit_into_a_queue_and_lose_nothing() -> None:
    tally = Tally(NOON)
    for number in range(300):
        tally.add(f"query Q{number} {{ a }}" + "#" * 2000, f'client "{number}"', failed=number % 2 == 0)
        tally.add_fields("people", [f"Name.f{number}"])
    found = list(messages(tally, NOON + 5, "b"))
    assert len(found) > 1
    assert len({one["batch"] for one in found}) == len(found)
    assert max(len(json.dumps(one)) for one in found) < 2 * MESSAGE_BYTES
    assert sum(len(one["operations"]) for one in found) == 300
    assert sum(len(one["fields"]) for one in found) == 300


def test_a_long_name_of_a_client_is_cut_and_none_is_unknown() -> None:
    tally = Tally(NOON)
    tally.add(KNOWN_FOR, "c" * 200, failed=False)
    tally.add(KNOWN_FOR, "", failed=False)
    assert [len(client) for _, client in tally.operations] == [rules.MAX_CLIENT, len("unknown")]


class FakeSqs:
    """Takes one call, and answers with a status."""

    def __init__(self, status: int = 200) -> None:
        self.status = status
        self.calls: list[tuple[str, str, dict[str, str], bytes]] = []

    async def call(self, method: str, path: str, seconds: float, headers: dict[str, str], body: bytes) -> Reply:
        assert seconds > 0
        self.calls.append((method, path, headers, body))
        return Reply(self.status, b"", b'{"__type": "com.amazonaws.sqs#QueueDoesNotExist"}')


async def test_the_queue_gets_sqs_json() -> None:
    sqs = FakeSqs()
    await UsageQueue(sqs, "https://queue")(b'{"batch":"b"}')
    ((method, path, headers, body),) = sqs.calls
    assert (method, path, headers["x-amz-target"]) == ("POST", "/", "AmazonSQS.SendMessage")
    assert orjson.loads(body) == {"QueueUrl": "https://queue", "MessageBody": '{"batch":"b"}'}


async def test_a_queue_that_refuses_says_why() -> None:
    with pytest.raises(AwsRefused, match=r"answered 400.*QueueDoesNotExist"):
        await UsageQueue(FakeSqs(400), "https://queue")(b"{}")
