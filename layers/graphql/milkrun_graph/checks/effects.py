"""Which changes one recorded operation feels."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from graphql import GraphQLError, GraphQLSchema, get_named_type, type_from_ast
from graphql.language import DocumentNode, OperationDefinitionNode

from milkrun_graph.checks.change import Change, Evidence, Severity
from milkrun_graph.checks.operations import Recorded
from milkrun_graph.checks.reading import read_document
from milkrun_graph.checks.shapes import keys_possible, keys_refused, keys_sent
from milkrun_graph.checks.usage import Usage, usage_of
from milkrun_graph.checks.validity import Validator


@dataclass(slots=True)
class Effect:
    """What becomes of one operation.  ``refused`` says why it was not judged: it was never valid."""

    name: str = ""
    felt: list[Change] = field(default_factory=list)
    refused: str = ""


class Judge:
    """Holds two schemas and their changes; judges operations one by one, and keeps nothing of them."""

    def __init__(
        self, old: GraphQLSchema, new: GraphQLSchema, changes: Sequence[Change], *, validate_all: bool = False
    ) -> None:
        self.old = old
        self.new = new
        self.before, self.after = Validator(old), Validator(new)
        self.validate_all = validate_all
        self.by_key: dict[str, list[Change]] = {}
        for change in changes:
            for key in change.touches | {change.coordinate}:
                self.by_key.setdefault(key, []).append(change)
        self.possible: dict[str, set[str]] = {}

    def judge(self, record: Recorded) -> Effect:
        """Which changes the operation feels; one more, ``OPERATION_INVALID``, for errors that none of them explains."""
        try:
            document = read_document(record.query)
        except GraphQLError as error:
            return Effect(refused=error.message)
        effect = Effect(_name(document))
        usage = usage_of(document, self.old)
        assumed = self.assumed(usage) if record.shapes is None else set()
        usage.keys.update(assumed)
        for shape in record.shapes or ():
            usage.keys.update(keys_sent(shape, usage, self.old))
        near = {id(change): change for key in usage.keys & self.by_key.keys() for change in self.by_key[key]}
        if near or self.validate_all:
            errors = self.after.errors(document)
            if errors and (before := self.before.errors(document, most=1)):
                effect.refused = before[0].message
                return effect
            failing = assumed | self.failing(record, usage, errors)
            effect.felt = [change for change in near.values() if _feels(change, usage.keys, failing)]
            effect.felt.extend(_unexplained(errors, usage, effect, record))
        return effect

    def failing(self, record: Recorded, usage: Usage, errors: list[GraphQLError]) -> set[str]:
        """Use keys of what the new schema refuses, in the text or in the recorded variables."""
        found = {key for error in errors for key in _own_keys(error, usage)}
        for shape in record.shapes or ():
            found.update(keys_refused(shape, usage, self.old, self.new))
        return found

    def assumed(self, usage: Usage) -> set[str]:
        """What variables may have carried that nobody recorded."""
        found: set[str] = set()
        for declared in usage.declared.values():
            type_ = get_named_type(type_from_ast(self.old, declared.type))
            if type_ is not None:
                if type_.name not in self.possible:
                    self.possible[type_.name] = keys_possible(type_)
                found |= self.possible[type_.name]
        return found


def _feels(change: Change, used: set[str], failing: set[str]) -> bool:
    return bool(change.touches & (failing if change.evidence is Evidence.FAILURE else used))


def _name(document: DocumentNode) -> str:
    operations = [node for node in document.definitions if isinstance(node, OperationDefinitionNode)]
    return ", ".join(node.name.value for node in operations if node.name)


def _own_keys(error: GraphQLError, usage: Usage) -> set[str]:
    return {key for node in error.nodes or () for key in usage.nodes.get(id(node), ())}


def _unexplained(errors: list[GraphQLError], usage: Usage, effect: Effect, record: Recorded) -> Iterator[Change]:
    breaking = [change for change in effect.felt if change.severity is Severity.BREAKING]
    explained = {key for change in breaking for key in change.touches}
    for error in errors:
        around = {key for node in error.nodes or () for key in usage.enclosing.get(id(node), ())}
        if not explained & (_own_keys(error, usage) | around):
            where = effect.name or record.hash
            yield Change("OPERATION_INVALID", where, f"{where} is not valid anymore: {error.message}")
            return
