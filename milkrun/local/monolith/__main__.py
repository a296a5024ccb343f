"""Runs the old service: `python -m milkrun.local.monolith --port 8090`."""

import argparse
import logging
import sys
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from milkrun.catalogue.folder import SAMPLE
from milkrun.errors import MilkrunError
from milkrun.local.monolith.answers import Answer, Tally, answer, problem
from milkrun.local.monolith.data import Catalogue, read

_log = logging.getLogger("milkrun.monolith")


class Handler(BaseHTTPRequestHandler):
    """One connection, kept open between requests."""

    server: "Server"
    protocol_version = "HTTP/1.1"
    # Headers and body leave together, and at once.
    wbufsize = -1
    disable_nagle_algorithm = True
    timeout = 65

    def do_GET(self) -> None:
        self._send(answer(self.server.catalogue, self.path, self.server.tally))

    def do_HEAD(self) -> None:
        self._send(answer(self.server.catalogue, self.path, self.server.tally), body=False)

    def _not_allowed(self) -> None:
        self.close_connection = True
        self._send(problem(405, "Method not allowed", f"{self.command} is not for reading; use GET"))

    do_POST = do_PUT = do_PATCH = do_DELETE = _not_allowed  # noqa: N815 - http.server's names

    def _send(self, given: Answer, *, body: bool = True) -> None:
        self.send_response(given.status)
        self.send_header("Content-Type", given.content_type)
        self.send_header("Content-Length", str(len(given.body)))
        if given.status == HTTPStatus.METHOD_NOT_ALLOWED:
            self.send_header("Allow", "GET, HEAD")
        self.end_headers()
        if body:
            self.wfile.write(given.body)

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Keep quiet about what went well."""

    def log_message(self, format: str, *args: object) -> None:
        _log.warning(format, *args)


class Server(ThreadingHTTPServer):
    """A thread for each connection."""

    request_queue_size = 512
    daemon_threads = True

    def __init__(self, port: int, catalogue: Catalogue) -> None:
        super().__init__(("127.0.0.1", port), Handler)
        self.catalogue = catalogue
        self.tally = Tally()


def main() -> None:
    """Serve until SIGTERM."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--data", type=Path, default=SAMPLE)
    options = parser.parse_args()
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(levelname)s %(message)s")
    try:
        with Server(options.port, read(options.data)) as server:
            server.serve_forever()
    except OSError as error:
        sys.exit(f"monolith: port {options.port} of the loopback interface: {error.strerror}")
    except MilkrunError as error:
        sys.exit(f"monolith: {error}")


if __name__ == "__main__":
    main()
