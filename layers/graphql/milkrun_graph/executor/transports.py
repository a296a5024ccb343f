"""Each subgraph by the transport that its address asks for."""

from __future__ import annotations

from collections.abc import Awaitable, Mapping
from typing import Protocol

from milkrun_graph.executor.transport import Fetch, Transport, failing, without_address


class Carrier(Transport, Protocol):
    """A transport that is told where subgraphs are."""

    def add(self, graph: str, url: str) -> None:
        """Raises ValueError for an address that it does not know."""
        ...

    def close(self) -> None: ...


class Transports:
    """Routes by scheme: ``Transports({"http": http, "https": http, "lambda": functions})``."""

    def __init__(self, carriers: Mapping[str, Carrier]) -> None:
        self._carriers = dict(carriers)
        self._fetches: dict[str, Fetch] = {}

    def add(self, graph: str, url: str) -> None:
        """Where a subgraph is; without an address its fetches fail.  Raises ValueError for an unknown address."""
        if not url:
            return
        scheme = url.partition(":")[0].lower()
        carrier = self._carriers.get(scheme)
        if carrier is None:
            known = ", ".join(sorted(self._carriers))
            raise ValueError(f"subgraph {graph!r}: the address {url!r} begins with none of {known}")
        carrier.add(graph, url)
        self._fetches[graph] = carrier.fetch

    def fetch(self, graph: str, body: bytes, headers: Mapping[str, str], deadline: float) -> Awaitable[bytes]:
        fetch = self._fetches.get(graph)
        return fetch(graph, body, headers, deadline) if fetch is not None else failing(without_address(graph))

    def close(self) -> None:
        for carrier in set(self._carriers.values()):
            carrier.close()
