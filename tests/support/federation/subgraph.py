"""One subgraph as a server would answer for it, refusing whatever the supergraph does not let it answer.

External fields are answered where a @provides covers them or the representation carried them; fields with
@requires only from a representation that holds the true required values; entities only by a declared key.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from graphql import (
    DocumentNode,
    ExecutionResult,
    FieldNode,
    GraphQLError,
    GraphQLResolveInfo,
    InlineFragmentNode,
    execute_sync,
    is_abstract_type,
    parse,
    validate,
)

from tests.support.federation.dataset import Dataset, Failed, Record
from tests.support.federation.ownership import Ownership, Owns
from tests.support.federation.sdl import Selections, read_subgraph, selections

type Override = Callable[..., Any]


class Dishonest(GraphQLError):
    """The gateway asked for what this subgraph cannot know."""


@dataclass(slots=True)
class View:
    """An object on its way through one request: what may be read of it beyond the subgraph's own fields."""

    record: Record
    type_name: str
    provided: Selections = ()
    carried: dict[str, Any] | None = None


class Subgraph:
    """`overrides` answer a root field or an entity lookup in place of the data set."""

    def __init__(
        self,
        name: str,
        sdl: str,
        ownership: Ownership,
        dataset: Dataset,
        overrides: dict[tuple[str, str], Override] | None = None,
    ) -> None:
        self.name = name
        self.sdl = sdl
        self.schema = read_subgraph(sdl)
        self.ownership = ownership
        self.dataset = dataset
        self.overrides = overrides or {}
        self.complaints: list[str] = []
        self._documents: dict[str, DocumentNode | list[GraphQLError]] = {}

    def execute(self, request: dict[str, Any]) -> ExecutionResult:
        document = self._document(request["query"])
        if isinstance(document, list):
            self.complaints += [f"{self.name}: {error.message} in {request['query']}" for error in document]
            return ExecutionResult(None, document)
        result = execute_sync(
            self.schema.executable,
            document,
            View(Record(None, {}), ""),
            variable_values=request.get("variables"),
            operation_name=request.get("operationName"),
            field_resolver=self._resolve,
            type_resolver=lambda view, *_: view.type_name,
        )
        for error in result.errors or ():
            if isinstance(error.original_error or error, Dishonest):
                self.complaints.append(f"{self.name}: {error.message} in {request['query']}")
        return result

    def _document(self, query: str) -> DocumentNode | list[GraphQLError]:
        if query not in self._documents:
            try:
                document = parse(query, no_location=True)
            except GraphQLError as error:
                self._documents[query] = [error]
            else:
                self._documents[query] = validate(self.schema.executable, document) or document
        return self._documents[query]

    def _resolve(self, view: View, info: GraphQLResolveInfo[None], **arguments: Any) -> Any:
        type_name, name = info.parent_type.name, info.field_name
        if name == "_entities":
            return [self._entity_or_error(each) for each in arguments["representations"]]
        if type_name == "_Service" or name == "_service":
            return self.sdl if type_name == "_Service" else View(Record(None, {}), "_Service")
        if (type_name, name) in self.overrides:
            return self._viewed(self.overrides[type_name, name](**arguments), (), None)
        if type_name in ("Query", "Mutation"):
            view = View(self.dataset.records[type_name], type_name, view.provided)
        self._check(view, type_name, name)
        carried = (view.carried or {}).get(name)
        lent = self.ownership.of(self.name, type_name, name) is Owns.EXTERNAL
        graph = None if lent and carried is not None and not _named(view, name, self.ownership) else self.name
        try:
            value = self.dataset.value(graph, view.record, name, arguments)
        except Failed as failure:
            raise GraphQLError(str(failure)) from failure
        provided = self.schema.provides.get((type_name, name), ()) + _below(view, name, self.ownership)
        return self._viewed(value, provided, carried if lent else None)

    def _check(self, view: View, type_name: str, name: str) -> None:
        owns = self.ownership.of(self.name, type_name, name)
        if owns is Owns.GONE:
            raise Dishonest(f"{type_name}.{name} is not served here")
        if owns is Owns.EXTERNAL and not (_named(view, name, self.ownership) or name in (view.carried or {})):
            raise Dishonest(f"{type_name}.{name} is external and was neither provided nor carried")
        required = self.schema.requires.get((type_name, name))
        if required and not self.dataset.matches(view.carried, view.record, required, self.ownership):
            raise Dishonest(f"{type_name}.{name} requires more than, or other than, {view.carried}")

    def _viewed(self, value: Any, provided: Selections, carried: Any) -> Any:
        if isinstance(value, list):
            parts = carried if isinstance(carried, list) and len(carried) == len(value) else [None] * len(value)
            return [self._viewed(each, provided, part) for each, part in zip(value, parts, strict=True)]
        if isinstance(value, Record):
            return View(value, value.type_name, provided, carried if isinstance(carried, dict) else None)
        return value

    def _entity_or_error(self, representation: dict[str, Any]) -> View | GraphQLError | None:
        try:
            return self._entity(representation)
        except GraphQLError as error:
            return error

    def _entity(self, representation: dict[str, Any]) -> View | None:
        type_name = representation.get("__typename", "")
        keys = [key.fields for key in self.schema.keys.get(type_name, ()) if key.resolvable]
        given = [fields for fields in keys if all(_name(each) in representation for each in fields)]
        if not given:
            raise Dishonest(f"no resolvable key of {type_name} is in {representation}")
        if override := self.overrides.get(("_entities", type_name)):
            record = override(representation)
        else:
            record = next((each for each in self._known(type_name) if self._found(representation, each, given)), None)
        if record is None:
            return None
        real = record.type_name if is_abstract_type(self.schema.executable.type_map[type_name]) else type_name
        return View(record, real, (), representation)

    def _known(self, type_name: str) -> list[Record]:
        return [each for each in self.dataset.entities(self.name) if self.ownership.is_a(each.type_name, type_name)]

    def _found(self, representation: dict[str, Any], record: Record, keys: list[Selections]) -> bool:
        return any(self.dataset.matches(representation, record, fields, self.ownership) for fields in keys)


def _name(node: FieldNode | InlineFragmentNode) -> str:
    return node.name.value if isinstance(node, FieldNode) else "__typename"


def _covering(view: View, ownership: Ownership, fields: Selections) -> Selections:
    """The fields of a @provides that hold for this object: those of fragments on its type included."""
    found: Selections = ()
    for each in fields:
        if not isinstance(each, InlineFragmentNode):
            found += (each,)
        elif each.type_condition is None or ownership.is_a(view.record.type_name, each.type_condition.name.value):
            found += _covering(view, ownership, selections(each.selection_set))
    return found


def _named(view: View, name: str, ownership: Ownership) -> bool:
    return any(_name(each) == name for each in _covering(view, ownership, view.provided))


def _below(view: View, name: str, ownership: Ownership) -> Selections:
    found: Selections = ()
    for each in _covering(view, ownership, view.provided):
        if _name(each) == name:
            found += selections(each.selection_set)
    return found
