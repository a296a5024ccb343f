"""The subgraphs of a suite over HTTP, on loopback and a free port, as the audit's own server has them."""

from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Lock, Thread

import orjson

from tests.support.federation.subgraph import Subgraph
from tests.support.federation.suite import AuditSuite
from tests.support.federation.transport import answer


class AuditServer(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, suite: AuditSuite) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.graphs: dict[str, Subgraph] = {f"/{suite.name}/{name}": each for name, each in suite.subgraphs().items()}
        self.supergraph = suite.supergraph_at(f"http://127.0.0.1:{self.server_port}")
        self.lock = Lock()


class Handler(BaseHTTPRequestHandler):
    """`POST /<suite>/<graph>`; connections are kept."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: AuditServer

    def do_POST(self) -> None:
        request = orjson.loads(self.rfile.read(int(self.headers["Content-Length"])))
        graph = self.server.graphs.get(self.path)
        if graph is None:
            self.send_error(404)
            return
        with self.server.lock:
            body = answer(graph.execute(request))
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


@contextmanager
def serving(suite: AuditSuite) -> Iterator[AuditServer]:
    with AuditServer(suite) as server:
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()
