"""Runs the edge: `python -m milkrun.local.edge --port 8080 --cloud-port 4566 --accounts accounts.json`."""

import argparse
import errno
import json
import logging
import socket
import sys
from collections.abc import Mapping
from pathlib import Path

from aiohttp import web

from milkrun.local.edge.proxy import Edge

_BACKLOG = 512


def listeners(port: int) -> list[socket.socket]:
    """Sockets on both loopback addresses; on IPv4 alone where the machine has no other."""
    found = [socket.create_server(("127.0.0.1", port), backlog=_BACKLOG)]
    try:
        found.append(socket.create_server(("::1", port), family=socket.AF_INET6, backlog=_BACKLOG))
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            raise
    return found


def application(
    cloud_port: int, port: int, accounts: dict[str, str], processes: Mapping[str, int] | None = None
) -> web.Application:
    """The edge as an aiohttp application; `accounts` gives names to account numbers, `processes` ports to hosts."""
    edge = Edge(cloud_port, port, accounts, processes or {})
    app = web.Application(client_max_size=0)
    # A path may hold an encoded line feed, which a plain dot does not match.
    app.router.add_route("*", r"/{path:[\s\S]*}", edge.handle)
    app.on_startup.append(edge.start)
    app.on_cleanup.append(edge.close)
    return app


def main() -> None:
    """Serve until SIGTERM."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--cloud-port", type=int, required=True)
    parser.add_argument("--accounts", type=Path, required=True)
    parser.add_argument("--process", action="append", default=[], metavar="HOST=PORT", help="beside the cloud")
    options = parser.parse_args()
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(levelname)s %(message)s")
    accounts = {account["id"]: account["name"] for account in json.loads(options.accounts.read_text())}
    try:
        sockets = listeners(options.port)
    except OSError as error:
        sys.exit(f"edge: port {options.port} of the loopback interface: {error.strerror}")
    processes = {host: int(port) for host, _, port in (one.partition("=") for one in options.process)}
    app = application(options.cloud_port, options.port, accounts, processes)
    web.run_app(app, sock=sockets, print=None, access_log=None, shutdown_timeout=2)


if __name__ == "__main__":
    main()
