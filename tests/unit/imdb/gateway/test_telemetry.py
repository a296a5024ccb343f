"""What the log says of each request: spans, ids of traces, and the load of graphlets."""

import re

import pytest
from gateway.domain.timing import covered, stages
from gateway.domain.trace import Trace, continued
from gateway.domain.usage import Tally
from milkrun_graph.executor.breaker import BreakerPolicy
from milkrun_graph.executor.transport import SubgraphUnreachable

from tests.support.front import KNOWN_FOR, Doors, posted

TRACE, CALLER = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"
HEADER = f"00-{TRACE}-{CALLER}-01"


async def test_every_fetch_has_a_span_of_its_own_that_its_graphlet_continues() -> None:
    doors = Doors()
    await doors.ask(posted(KNOWN_FOR, traceparent=HEADER))
    (request,) = doors.lines.lines("request")
    fetches = doors.lines.lines("fetch")
    assert (request["trace_id"], request["parent_id"]) == (TRACE, CALLER)
    assert {(one["trace_id"], one["parent_id"]) for one in fetches} == {(TRACE, request["span_id"])}
    told = {graph: headers["traceparent"] for graph, _, headers in doors.graphlets.calls}
    assert told == {one["graphlet"]: f"00-{TRACE}-{one['span_id']}-01" for one in fetches}
    assert len({one["span_id"] for one in fetches}) == 3


async def test_a_request_without_a_trace_begins_one() -> None:
    doors = Doors()
    await doors.ask(posted(KNOWN_FOR))
    (request,) = doors.lines.lines("request")
    assert re.fullmatch(r"[0-9a-f]{32}", request["trace_id"])
    assert request["parent_id"] == ""


async def test_a_fetch_says_how_it_went_and_a_request_what_it_was() -> None:
    doors = Doors()
    doors.graphlets.fails["ratings"] = SubgraphUnreachable("no route to ratings")
    await doors.ask(posted(KNOWN_FOR, x_client_name="web"))
    fetches = {one["graphlet"]: one for one in doors.lines.lines("fetch")}
    assert (fetches["titles"]["outcome"], fetches["titles"]["entities"]) == ("ok", 4)
    assert fetches["ratings"]["outcome"] == "SUBREQUEST_FAILED"
    assert "no route to ratings" in fetches["ratings"]["error"]
    (request,) = doors.lines.lines("request")
    assert (request["operation_name"], request["client"], request["errors"]) == ("KnownFor", "web", 1)
    assert 0 < request["own_seconds"] <= request["seconds"]


async def test_every_line_says_who_wrote_it() -> None:
    doors = Doors()
    await doors.ask(posted(KNOWN_FOR))
    for line in (*doors.lines.lines("fetch"), *doors.lines.lines("request")):
        assert (line["service"], line["cell"], line["release"]) == ("imdb/gateway", "imdb", "r-1")


async def test_load_is_told_per_graphlet_with_its_owner() -> None:
    doors = Doors()
    await doors.ask(posted(KNOWN_FOR))
    doors.usage.flush_if_due()
    await doors.usage.finish()
    load = {line["graphlet"]: line for line in doors.lines.lines("load")}
    assert (load["people"]["owner"], load["titles"]["owner"]) == ("catalogue-people", "unknown")
    assert load["titles"]["fields"] == {"Title.titleText": 1}
    assert load["people"]["FieldsAsked"] == sum(load["people"]["fields"].values())
    (directive,) = load["people"]["_aws"]["CloudWatchMetrics"]
    assert {metric["Name"] for metric in directive["Metrics"]} <= set(load["people"])
    assert {name for names in directive["Dimensions"] for name in names} <= set(load["people"])


async def test_an_open_circuit_is_told_even_where_nothing_else_is() -> None:
    doors = Doors(breaker=BreakerPolicy(minimum_calls=1, open_seconds=60))
    doors.graphlets.fails["ratings"] = SubgraphUnreachable("gone")
    for _ in range(3):
        await doors.ask(posted(KNOWN_FOR))
    doors.usage.flush_if_due()
    await doors.usage.finish()
    told = [line for line in doors.lines.lines("load") if line["graphlet"] == "ratings"]
    assert sum(line["CircuitOpen"] for line in told) == 2


def test_load_without_fields_has_no_line() -> None:
    doors = Doors()
    doors.front._telemetry.load(Tally(0.0))
    assert doors.lines.lines("load") == []


@pytest.mark.parametrize(
    "header",
    [
        "",
        "rubbish",
        f"00-{'0' * 32}-{CALLER}-01",
        f"00-{TRACE}-{'0' * 16}-01",
        f"ff-{TRACE}-{CALLER}-01",
        f"00-{TRACE}-{CALLER}",
        f"00-{TRACE[:-1]}g-{CALLER}-01",
    ],
)
def test_a_header_that_names_no_trace_begins_a_new_one(header: str) -> None:
    assert continued(header, "a" * 16, "b" * 32) == Trace("b" * 32, "a" * 16)


def test_a_header_of_a_later_version_is_continued() -> None:
    found = continued(f"01-{TRACE}-{CALLER}-00-more", "a" * 16, "b" * 32)
    assert found.header == f"00-{TRACE}-{'a' * 16}-00"
    assert found.child("c" * 16) == Trace(TRACE, "c" * 16, "a" * 16, "00")


def test_time_that_two_fetches_share_counts_once() -> None:
    assert covered([]) == 0
    assert covered([(0, 2), (1, 3), (5, 6)]) == 4
    assert covered([(0, 10), (2, 3)]) == 10


def test_stages_are_what_had_to_wait_for_another() -> None:
    assert stages([]) == 0
    assert stages([(0, 2), (1, 3)]) == 1
    assert stages([(0, 1), (1, 5), (1, 2), (2, 3)]) == 3
