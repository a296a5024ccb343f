"""A subgraph: its SDL, its resolvers, and the answers to what the gateway asks."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any

from milkrun_graph.executor.lru import Lru
from milkrun_graph.subgraph.resolvers import References, Resolver, Resolvers, default_resolver

if TYPE_CHECKING:
    from milkrun_graph.subgraph.documents import Document
    from milkrun_graph.subgraph.execution import Typed
    from milkrun_graph.subgraph.sdl import Executable

# A gateway sends the same few documents again and again.
CACHED_DOCUMENTS = 500
CACHED_CHARACTERS = 1_000_000

_log = logging.getLogger("milkrun_graph")


def _to_log(error: Exception, coordinate: str) -> None:
    _log.error("a resolver failed", exc_info=error, extra={"coordinate": coordinate})


class Subgraph:
    """Answers operations over one SDL.  Nothing is read or imported before the first of them."""

    def __init__(
        self,
        sdl: str,
        resolvers: Resolvers | None = None,
        references: References | None = None,
        *,
        told: tuple[type[Exception], ...] = (),
        log: Callable[[Exception, str], None] = _to_log,
    ) -> None:
        """``resolvers`` by type and field, ``references`` by type: see ``milkrun_graph.subgraph.resolvers``.

        An entity type without a reference resolver is its representation.  Errors of the types in ``told`` reach the
        caller; all others are masked and given to ``log`` with the coordinate of their field.
        """
        self.sdl = sdl
        self._given = resolvers or {}
        self._references = references or {}
        self._told, self._log = told, log
        self._documents: Lru[str, Document] = Lru(CACHED_DOCUMENTS, CACHED_CHARACTERS)
        self._resolvers: dict[tuple[str, str], Resolver] = {}

    @cached_property
    def executable(self) -> Executable:
        """The schema as it is executed.  Raises SubgraphInvalid when SDL and resolvers do not fit."""
        from milkrun_graph.subgraph.sdl import SubgraphInvalid, read_sdl  # noqa: PLC0415 - it brings graphql-core

        found = read_sdl(self.sdl)
        for kind, fields in self._given.items():
            known = getattr(found.schema.get_type(kind), "fields", {})
            for name, resolver in fields.items():
                if name not in known:
                    raise SubgraphInvalid(f"there is a resolver for {kind}.{name}, which the SDL does not have")
                self._resolvers[kind, name] = resolver
        for kind in self._references:
            if kind not in found.entities:
                raise SubgraphInvalid(f"there is a reference resolver for {kind}, which has no @key in the SDL")
        query = found.schema.query_type
        if query is not None:
            self._resolvers[query.name, "_service"] = lambda _parent, _context: {"sdl": self.sdl}
            self._resolvers[query.name, "_entities"] = self._entities
        return found

    def execute(
        self,
        query: str,
        variables: Mapping[str, Any] | None = None,
        operation_name: str | None = None,
        context: Any = None,
    ) -> dict[str, Any]:
        """The GraphQL response.  Never raises for what the request or a resolver does."""
        from milkrun_graph.subgraph.documents import DocumentRefused, read_document  # noqa: PLC0415 - graphql-core
        from milkrun_graph.subgraph.execution import Execution  # noqa: PLC0415 - graphql-core
        from milkrun_graph.subgraph.faults import Faults  # noqa: PLC0415 - graphql-core

        schema = self.executable.schema
        try:
            document = self._documents.get(query)
            if document is None:
                document = read_document(query, schema)
                self._documents.put(query, document, len(query))
            operation = document.operation(operation_name)
            values = document.variables(operation, schema, variables or {})
        except DocumentRefused as refused:
            return {"errors": refused.errors}
        faults = Faults(self._told, self._log)
        execution = Execution(schema, document.fragments, values, context, self._resolver, faults.report)
        data = execution.run(operation)
        return {"data": data, "errors": faults.errors} if faults.errors else {"data": data}

    def _resolver(self, kind: str, name: str) -> Resolver:
        found = self._resolvers.get((kind, name))
        if found is None:
            found = self._resolvers[kind, name] = default_resolver(name)
        return found

    def _entities(self, _parent: None, context: Any, representations: Sequence[Any]) -> list[Any]:
        found: list[Any] = [None] * len(representations)
        groups: dict[Any, list[int]] = {}
        for index, representation in enumerate(representations):
            name = representation.get("__typename") if isinstance(representation, Mapping) else None
            groups.setdefault(name if isinstance(name, str) else None, []).append(index)
        for name, indexes in groups.items():
            some = [representations[index] for index in indexes]
            for index, value in zip(indexes, self._referred(name, some, context), strict=True):
                found[index] = value
        return found

    def _referred(
        self, name: str | None, representations: Sequence[Any], context: Any
    ) -> list[Typed | Exception | None]:
        """The entities of one type; an exception where there is no telling."""
        from milkrun_graph.subgraph.execution import Typed, counted  # noqa: PLC0415 - it brings graphql-core
        from milkrun_graph.subgraph.faults import RepresentationRefused  # noqa: PLC0415 - it brings graphql-core

        if name not in self.executable.entities or name is None:
            refused = RepresentationRefused(f"this subgraph has no entity {name}")
            return [refused] * len(representations)
        reference = self._references.get(name)
        try:
            values = representations if reference is None else reference(representations, context)
            values = counted(values, len(representations), f"the entities of type {name}")
        except Exception as error:  # noqa: BLE001 - whatever a resolver raises is the error of its entities
            return [error] * len(representations)
        return [value if value is None or isinstance(value, Exception) else Typed(name, value) for value in values]
