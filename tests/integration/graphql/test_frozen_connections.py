"""A process that stood still, as a function between two requests does, and servers that closed its connections."""

import asyncio
import socket
from threading import Event, Thread

import pytest
from milkrun_graph.executor.connections import notice_closed
from milkrun_graph.executor.http import HttpTransport
from milkrun_graph.executor.transport import SubgraphDisconnected

ANSWER = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"
MUTATION = b'{"query":"mutation{a}","variables":{}}'


class Server:
    """Answers once per connection, and closes it when it is told."""

    def __init__(self) -> None:
        self.close, self.closed = Event(), Event()
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.port = self._listening.getsockname()[1]
        self._thread = Thread(target=self._serve, daemon=True)
        self._thread.start()

    def _serve(self) -> None:
        for _ in range(2):
            try:
                connection, _ = self._listening.accept()
            except OSError:
                return  # ended while it waited
            with connection:
                connection.recv(65_536)
                connection.sendall(ANSWER)
                self.close.wait(10)
            self.closed.set()

    def end(self) -> None:
        self._listening.shutdown(socket.SHUT_RDWR)
        self._listening.close()
        self._thread.join(10)


async def mutate_after_a_freeze(*, noticing: bool) -> bytes:
    server, transport = Server(), HttpTransport()
    transport.add("one", f"http://127.0.0.1:{server.port}/")
    deadline = asyncio.get_running_loop().time() + 10
    try:
        await transport.fetch("one", MUTATION, {}, deadline)
        server.close.set()
        assert server.closed.wait(10), "the server did not close"  # and meanwhile the loop stands still
        if noticing:
            await notice_closed()
        return await transport.fetch("one", MUTATION, {}, deadline)
    finally:
        transport.close()
        server.end()


async def test_closed_connections_are_noticed_before_a_mutation_meets_them() -> None:
    assert await mutate_after_a_freeze(noticing=True) == b"{}"


async def test_otherwise_the_mutation_fails_because_nobody_knows_whether_it_arrived() -> None:
    with pytest.raises(SubgraphDisconnected):
        await mutate_after_a_freeze(noticing=False)
