"""The traffic of the demonstrations: steady, judged answer by answer, and nothing lost at its end."""

import itertools
import json
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from milkrun.demo.traffic import Ask, Load, Traffic


class _Answers(BaseHTTPRequestHandler):
    """Answers with the status that the body asks for; hangs up where it asks for none."""

    def do_POST(self) -> None:
        status = json.loads(self.rfile.read(int(self.headers["content-length"])))["status"]
        if status:
            self.send_response(status)
            self.send_header("content-length", "2")
            self.end_headers()
            self.wfile.write(b"{}")

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def url() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Answers)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()
    server.server_close()


def a_load(place: str, url: str, *statuses: int) -> Load:
    asks = (Ask(url, {"status": status}) for status in itertools.cycle(statuses))
    return Load(place, asks, lambda status, body: "" if status == 200 and body == "{}" else f"status {status}")


def test_every_answer_is_judged_and_told_with_its_place(url: str) -> None:
    traffic = Traffic((a_load("well", url, 200), a_load("ill", url, 200, 500), a_load("gone", url, 0)), per_second=200)
    with traffic.running():
        end = time.monotonic() + 10
        while len(traffic.answers) < 60 and time.monotonic() < end:
            time.sleep(0.01)
    answers = {place: [one for one in traffic.answers if one.place == place] for place in ("well", "ill", "gone")}
    assert all(one.ok for one in answers["well"])
    assert {one.problem for one in answers["ill"]} == {"", "status 500"}
    assert all("Disconnected" in one.problem for one in answers["gone"])
    assert all(one.sent <= one.answered for one in traffic.answers)
    assert all(len(found) >= 10 for found in answers.values())


def test_what_is_on_its_way_when_the_traffic_ends_is_still_answered(url: str) -> None:
    asked = []

    def asks() -> Iterator[Ask]:
        while True:
            asked.append(1)
            yield Ask(url, {"status": 200})

    traffic = Traffic((Load("well", asks(), lambda status, _: "" if status == 200 else "?"),), per_second=300)
    with traffic.running():
        time.sleep(0.2)
    assert len(traffic.answers) == len(asked) > 0
