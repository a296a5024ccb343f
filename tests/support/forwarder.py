"""Lets containers reach servers that listen on loopback only.

A container's own loopback is not the machine's.  For as long as it lasts, a forwarder listens on the address of
Docker's bridge, which nothing outside this machine reaches, and passes every connection on to the same port of
127.0.0.1.
"""

import contextlib
import socket
import socketserver
import threading
from collections.abc import Iterator


class _Passing(socketserver.BaseRequestHandler):
    """One connection: bytes go both ways until both sides are done."""

    def handle(self) -> None:
        port = self.request.getsockname()[1]
        client: socket.socket = self.request
        try:
            upstream = socket.create_connection(("127.0.0.1", port), timeout=5)
        except OSError:
            return  # the caller sees a connection that ends, as it would without us
        upstream.settimeout(None)
        with upstream:
            back = threading.Thread(target=_pump, args=(upstream, client), daemon=True)
            back.start()
            _pump(client, upstream)
            back.join()


class _Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True


def _pump(source: socket.socket, target: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while data := source.recv(65536):
            target.sendall(data)
    with contextlib.suppress(OSError):
        target.shutdown(socket.SHUT_WR)


@contextlib.contextmanager
def forwarding(address: str, ports: list[int]) -> Iterator[None]:
    """Forward ``address:port`` to ``127.0.0.1:port`` for every port, until the block ends."""
    with contextlib.ExitStack() as stack:
        for port in ports:
            server = stack.enter_context(_Server((address, port), _Passing))
            thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
            thread.start()
            stack.callback(thread.join)
            stack.callback(server.shutdown)
        yield
