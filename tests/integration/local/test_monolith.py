"""The old catalogue service as a process of the local cloud, behind the edge like everything else."""

import os
import signal
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from milkrun.local.cloud import LocalCloud
from milkrun.local.processes import ProcessRecord
from tests.integration.conftest import INTERPRETER
from tests.support.edge import Answer, request

HOST = "monolith.imdb.localhost"


def ask(cloud: LocalCloud, path: str, method: str = "GET", body: bytes | None = None) -> Answer:
    return request(cloud.edge_url, HOST, path, method, body)


def test_it_answers_at_its_host_name_with_the_sample(local_cloud: LocalCloud) -> None:
    ratings = ask(local_cloud, "/ratings?ids=tt9000001,tt9000002").json["ratings"]
    (portrait,) = ask(local_cloud, "/images?ids=nm0000329").json["images"]

    assert [one["tconst"] for one in ratings] == ["tt9000001", "tt9000002"]
    assert portrait["caption"] == "Portrait of Jackie Chan"
    assert ask(local_cloud, portrait["href"]).headers["Content-Type"] == "image/svg+xml"
    assert ask(local_cloud, "/ratings/tt9999999").status == 404


def test_it_is_for_reading_only(local_cloud: LocalCloud) -> None:
    answer = ask(local_cloud, "/ratings/tt9000001", "PUT", b'{"averageRating": 10}')

    assert (answer.status, answer.headers["Allow"]) == (405, "GET, HEAD")
    head = ask(local_cloud, "/ratings/tt9000001", "HEAD")
    assert (head.status, head.body) == (200, b"")


def test_it_answers_many_at_once(local_cloud: LocalCloud) -> None:
    with ThreadPoolExecutor(16) as pool:
        found = list(pool.map(lambda _n: ask(local_cloud, "/ratings?ids=tt9000001").status, range(200)))

    assert set(found) == {200}


def test_the_front_page_lists_it(local_cloud: LocalCloud) -> None:
    listed = request(local_cloud.edge_url, "localhost", "/", Accept="application/json").json["hosts"]

    assert HOST in [one["host"] for one in listed]
    assert HOST in request(local_cloud.edge_url, "localhost", "/").body.decode()


@pytest.fixture
def cloud(tmp_path: Path) -> LocalCloud:
    return LocalCloud(tmp_path / "state", interpreter=INTERPRETER)


def test_it_ends_with_the_cloud_and_is_missed_when_it_dies(cloud: LocalCloud) -> None:
    cloud.start(cloud_port=0, edge_port=0)
    try:
        record = ProcessRecord.load(cloud.state_dir / "monolith.json")
        assert record is not None
        assert record.is_alive()
        os.kill(record.pid, signal.SIGKILL)
        answer = ask(cloud, "/health")
        assert (answer.status, answer.json["title"]) == (502, "The local cloud is away")
        assert cloud.status().condition == "dead"
        cloud.stop()
        cloud.start(cloud_port=0, edge_port=0)
        again = ProcessRecord.load(cloud.state_dir / "monolith.json")
        assert ask(cloud, "/health").status == 200
    finally:
        cloud.stop()
    assert again is not None
    assert not again.is_alive()
    assert cloud.status().condition == "stopped"
