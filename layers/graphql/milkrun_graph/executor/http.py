"""Subgraphs over HTTP."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from milkrun_graph.executor.connections import Origin, Origins, Reader
from milkrun_graph.executor.transport import (
    Heard,
    Listening,
    SubgraphStatus,
    failing,
    without_address,
)

_CONTROL = frozenset("\r\n\0")
_OK = range(200, 300)


class HttpTransport:
    """POSTs to the subgraphs' addresses."""

    def __init__(self) -> None:
        self._origins = Origins()
        self._targets: dict[str, _Target] = {}

    def add(self, graph: str, url: str) -> None:
        """Where a subgraph is; without an address its fetches fail.  Raises ValueError for no http address."""
        if url:
            self._targets[graph] = self._target(url)

    def _target(self, url: str) -> _Target:
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ValueError(f"not an http address: {url!r}")
        origin = self._origins.at(parts.scheme, parts.hostname, parts.port)
        path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        host = parts.netloc.rpartition("@")[2]
        head = (
            f"POST {path} HTTP/1.1\r\nhost: {host}\r\ncontent-type: application/json\r\n"
            "accept: application/graphql-response+json, application/json\r\n"
        )
        return _Target(origin, head.encode("latin-1"))

    def fetch(self, graph: str, body: bytes, headers: Mapping[str, str], deadline: float) -> asyncio.Future[bytes]:
        target = self._targets.get(graph)
        if target is None:
            return failing(without_address(graph))
        more = _lines(headers) if headers else b""
        read = _listens(graph, headers.heard) if headers.__class__ is Listening else None
        message = b"%b%bcontent-length: %d\r\n\r\n%b" % (target.head, more, len(body), body)
        return target.origin.call(message, deadline, read)

    def close(self) -> None:
        self._origins.close()


@dataclass(frozen=True, slots=True)
class _Target:
    origin: Origin
    head: bytes


def _lines(headers: Mapping[str, str]) -> bytes:
    """Headers to pass on, without those that would become several lines or cannot be sent at all."""
    fit = (f"{name}: {value}\r\n" for name, value in headers.items() if _CONTROL.isdisjoint(value))
    return "".join(fit).encode("latin-1", "replace")


def _listens(graph: str, heard: Heard) -> Reader:
    def read(status: int, head: bytes, body: bytes) -> bytes:
        heard(graph, list(_headers(head)))
        if status not in _OK:
            raise SubgraphStatus(status, body)
        return body

    return read


def _headers(head: bytes) -> Iterator[tuple[str, str]]:
    for line in head.decode("latin-1").split("\r\n")[1:]:
        name, colon, value = line.partition(":")
        if colon:
            yield name.strip().lower(), value.strip()
