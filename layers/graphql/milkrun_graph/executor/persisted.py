"""Documents that clients name instead of sending: automatic persisted queries, and lists of what may run.

A name is the SHA-256 of the text in hexadecimal, sent as ``extensions.persistedQuery.sha256Hash`` (Apollo's protocol)
or as ``documentId``, there with the prefix ``sha256:`` (GraphQL over HTTP, appendix A); a list may have other names.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from hashlib import sha256
from typing import Protocol

from milkrun_graph.errors import RequestRefused
from milkrun_graph.executor.lru import Lru
from milkrun_graph.executor.messages import Request, persisted_hash

MAX_SENT = 1000
MAX_SENT_BYTES = 4 * 1024 * 1024
_PREFIX = "sha256:"


class PersistedQueryNotFound(RequestRefused):
    """Nobody has sent this document yet: send it with its hash."""

    code = "PERSISTED_QUERY_NOT_FOUND"

    def __init__(self) -> None:
        super().__init__("PersistedQueryNotFound")  # clients look at the message


class PersistedQueryNotSupported(RequestRefused):
    """Documents that are not known here must be sent every time."""

    code = "PERSISTED_QUERY_NOT_SUPPORTED"

    def __init__(self) -> None:
        super().__init__("PersistedQueryNotSupported")


class PersistedQueryHashMismatch(RequestRefused):
    """The name is not that of the document that came with it."""

    code = "PERSISTED_QUERY_HASH_MISMATCH"

    def __init__(self) -> None:
        super().__init__("the hash is not the SHA-256 of the document")


class DocumentNotListed(RequestRefused):
    """Only listed documents may run here."""

    code = "PERSISTED_QUERY_NOT_IN_LIST"

    def __init__(self) -> None:
        super().__init__("the document is not one of those that may run here")


class DocumentStore(Protocol):
    """Keeps documents for several gateways, or for longer than one lives.

    Whatever it raises fails the request; one that may be away catches its own errors.
    """

    async def get(self, name: str) -> str | None: ...

    async def put(self, name: str, text: str) -> None: ...


def document_hash(text: str) -> str:
    """The name of a document."""
    return sha256(text.encode()).hexdigest()


class Documents:
    """What clients may name."""

    def __init__(
        self,
        *,
        automatic: bool = True,
        only_listed: bool = False,
        listed: Mapping[str, str] | None = None,
        store: DocumentStore | None = None,
    ) -> None:
        """``listed``: texts by name.  ``automatic``: clients may send a document once and name it from then on.

        ``only_listed``: nothing runs but what is listed, known to the gateway from its artefact, or in the store, to
        which then nothing is added.
        """
        self._listed = dict(listed or {})
        self._texts = set(self._listed.values())
        self._nameless: list[str] = []
        self._automatic = automatic and not only_listed
        self.only_listed = only_listed
        self._store = store
        self._sent: Lru[str, str] = Lru(MAX_SENT, MAX_SENT_BYTES)

    def know(self, texts: Iterable[str]) -> None:
        """List documents by their hashes, which are made when the first name is looked up."""
        new = [text for text in texts if text not in self._texts]
        self._texts.update(new)
        self._nameless += new

    async def resolve(self, request: Request) -> tuple[Request, str | None]:
        """The request with its text, and the name to ``keep`` it under once it is known to be valid.

        Raises RequestRefused.
        """
        name = named(request)
        if name is None:
            if self.only_listed and not await self._may_run(request.query):
                raise DocumentNotListed
            return request, None
        if request.query:
            if document_hash(request.query) != name:
                raise PersistedQueryHashMismatch
            if self.only_listed and not await self._may_run(request.query):
                raise DocumentNotListed
            return request, name if self._automatic and self._sent.get(name) is None else None
        text = await self._find(name)
        if text is None:
            raise self._unknown()
        return replace(request, query=text), None

    async def keep(self, name: str, text: str) -> None:
        """Remember a valid document that a client sent with its name."""
        self._sent.put(name, text, len(text))
        if self._store is not None:
            await self._store.put(name, text)

    async def _find(self, name: str) -> str | None:
        while self._nameless:
            known = self._nameless.pop()
            self._listed[document_hash(known)] = known
        text = self._listed.get(name) or self._sent.get(name)
        if text is None and self._store is not None:
            text = await self._store.get(name)
            if text is not None:
                self._sent.put(name, text, len(text))
        return text

    async def _may_run(self, text: str) -> bool:
        return text in self._texts or await self._find(document_hash(text)) == text

    def _unknown(self) -> RequestRefused:
        if self.only_listed:
            return DocumentNotListed()
        return PersistedQueryNotFound() if self._automatic else PersistedQueryNotSupported()


def named(request: Request) -> str | None:
    """The document's name, if the request has one.  Raises MalformedRequest."""
    if request.document_id is not None:
        return _lowered(request.document_id.removeprefix(_PREFIX))
    name = persisted_hash(request.extensions)
    return None if name is None else _lowered(name)


def _lowered(name: str) -> str:
    """Hexadecimal digits in lower case; other names as they are."""
    lowered = name.lower()
    return lowered if len(lowered) == 64 and set(lowered) <= set("0123456789abcdef") else name  # noqa: PLR2004 - SHA-256
