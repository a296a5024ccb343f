"""Makes fetches of steps: one request per subgraph and stage, with several lists of entities if need be."""

from collections.abc import Iterable

from milkrun_graph.planner.emit import Emitter
from milkrun_graph.planner.moves import ENTITIES
from milkrun_graph.planner.nodes import Node, Step
from milkrun_graph.planner.operation import Operation
from milkrun_graph.planner.plan import Entry, Fetch, OperationKind, Representation, Segment
from milkrun_graph.supergraph.tables import Supergraph

type _Group = tuple[str, int, bool, int]
type _Asked = tuple[str, bool]


def assemble(supergraph: Supergraph, operation: Operation, steps: list[Step]) -> tuple[Fetch, ...]:
    """The fetches, ordered by stage; ids are their places in that order."""
    groups: dict[_Group, list[Step]] = {}
    for step in sorted(steps, key=lambda one: (one.stage, one.index)):
        alone = step.index + 1 if step.contexts or not step.entity else 0
        groups.setdefault((step.graph, step.stage, step.entity, alone), []).append(step)
    ids = {step: number for number, group in enumerate(groups.values()) for step in group}
    return tuple(_fetch(supergraph, operation, group, number, ids) for number, group in enumerate(groups.values()))


def _fetch(supergraph: Supergraph, operation: Operation, steps: list[Step], number: int, ids: dict[Step, int]) -> Fetch:
    emitter = Emitter(supergraph)
    first = steps[0]
    entries: tuple[Entry, ...] = ()
    kind = OperationKind.QUERY
    if first.entity:
        texts = {step: emitter.selection(step.origin) for step in steps}
        lists = _lists(texts, operation)
        entries = tuple(_entry(step, *lists[_asked(step, text)]) for step, text in texts.items())
        body = "{" + " ".join(_entities(*name, text) for (text, _), name in lists.items()) + "}"
        own = [f"${variable}:[_Any!]!" for _, variable in lists.values()]
        own += [f"${one.value.variable}:{one.type}" for step in steps for one in step.contexts]
    else:
        body, own = emitter.selection(first.origin), []
        kind = operation.kind if not first.origin.keys else kind
    used = tuple(name for name in operation.variables if name in emitter.variables)
    declared = [*own, *(f"${name}:{operation.variables[name]}" for name in used)]
    head = kind.value + (f"({','.join(declared)})" if declared else "")
    return Fetch(
        id=number,
        graph=first.graph,
        kind=kind,
        query=body if head == "query" else head + body,
        variables=used,
        exact=emitter.exact,
        entries=entries,
        needs=tuple(sorted({ids[need] for step in steps for need in _direct(step)})),
        stage=first.stage,
        path=() if first.entity else _path(first.origin),
    )


def _direct(step: Step) -> Iterable[Step]:
    """The needs that no other need waits for anyhow."""
    return (
        need for need in step.needs if not any(other is not need and other.depends_on(need) for other in step.needs)
    )


def _asked(step: Step, text: str) -> _Asked:
    return text, _overwrites(step)


def _lists(texts: dict[Step, str], operation: Operation) -> dict[_Asked, tuple[str, str]]:
    """Alias and variable of each list of entities: what is asked alike, wherever it stands, is one list."""
    asked = list(dict.fromkeys(_asked(step, text) for step, text in texts.items()))
    return dict(zip(asked, _names(len(asked), operation), strict=True))


def _names(count: int, operation: Operation) -> list[tuple[str, str]]:
    if count == 1 and "representations" not in operation.variables:
        return [("_entities", "representations")]
    prefix = "_r"
    while any(name.startswith(prefix) for name in operation.variables):
        prefix = "_" + prefix
    return [(f"_e{number}", f"{prefix}{number}") for number in range(count)]


def _entities(alias: str, variable: str, text: str) -> str:
    label = "" if alias == "_entities" else alias + ":"
    return f"{label}_entities(representations:${variable}){text}"


def _overwrites(step: Step) -> bool:
    return step.origin.type != ENTITIES


def _entry(step: Step, alias: str, variable: str) -> Entry:
    node = step.origin
    return Entry(
        alias=alias,
        variable=variable,
        path=_path(node),
        types=None if node.runtime >= node.world else node.runtime,
        representation=Representation(step.typename, step.key, step.requires),
        overwrites_typename=_overwrites(step),
        contexts=tuple(one.value for one in step.contexts),
    )


def _path(node: Node) -> tuple[Segment, ...]:
    """The way to the node's objects; a level is filtered by what the one below it is reached from."""
    filters = [None if level.types >= level.world else level.types for level in node.levels[1:]]
    filters.append(None if node.runtime >= node.world else node.runtime)
    return (
        tuple(Segment(level.key, level.lists, types) for level, types in zip(node.levels, filters, strict=True))
        if node.levels
        else ()
    )
