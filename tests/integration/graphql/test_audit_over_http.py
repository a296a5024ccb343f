"""The audit as its own runner does it: per suite a new `milkrun graph serve`, subgraphs over HTTP, only `query`."""

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from tests.support.federation import AuditSuite
from tests.support.federation.server import serving

COMMAND = [sys.executable, "-c", "from milkrun.cli import main; main()", "graph", "serve", "--port", "0"]
PING = "query ping { __typename }"


@contextmanager
def gateway(supergraph: Path) -> Iterator[HTTPConnection]:
    """A connection to it; it must end by itself on SIGTERM."""
    process = subprocess.Popen([*COMMAND, "--supergraph", str(supergraph)], stderr=subprocess.PIPE, text=True)
    assert process.stderr is not None
    try:
        line = process.stderr.readline()
        connection = HTTPConnection(urlsplit(line.removeprefix("milkrun graph: ").strip()).netloc, timeout=10)
        yield connection
        connection.close()
    finally:
        process.terminate()
        process.stderr.close()
        assert process.wait(10) == 0


def ask(connection: HTTPConnection, query: str) -> dict[str, Any]:
    body = json.dumps({"query": query})
    connection.request("POST", "/graphql", body, {"Content-Type": "application/json"})
    answer: dict[str, Any] = json.loads(connection.getresponse().read())
    return answer


@pytest.mark.parametrize("name", AuditSuite.names())
def test_a_suite_passes_over_http(name: str, tmp_path: Path) -> None:
    suite = AuditSuite.load(name)
    file = tmp_path / "supergraph.graphql"
    with serving(suite) as server:
        file.write_text(server.supergraph)
        with gateway(file) as connection:
            connection.request("GET", "/health")
            response = connection.getresponse()
            assert response.read() is not None
            assert response.status // 100 == 2
            assert ask(connection, PING) == {"data": {"__typename": "Query"}}
            failed = []
            for case in suite.cases:
                answer = ask(connection, case.query)
                if answer.get("data") != case.data or (case.fails and not answer.get("errors")):
                    failed.append((case.number, answer))
            assert failed == []
