"""Directives and descriptions of elements: one rule per directive for what several subgraphs say."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence

from graphql import (
    BooleanValueNode,
    IntValueNode,
    ListValueNode,
    NullValueNode,
    ObjectFieldNode,
    ObjectValueNode,
    StringValueNode,
    ValueNode,
    print_ast,
)
from graphql.language import NameNode

from milkrun_graph.composer.issues import human
from milkrun_graph.composer.merge.state import State, applied, describe, enum
from milkrun_graph.composer.model import Applied, Element
from milkrun_graph.composer.specs import FEATURES

Values = Sequence[ValueNode]
Strategy = Callable[[Values], ValueNode]


def merge_description(state: State, place: str, merged: Element, sources: Mapping[str, Element]) -> None:
    """The description that most subgraphs give."""
    given = {subgraph: one.description for subgraph, one in sources.items() if one.description}
    if not given:
        return
    counts = Counter(given.values())
    merged.description = counts.most_common(1)[0][0]
    if len(counts) > 1:
        message = f'"{place}" has inconsistent descriptions across subgraphs: the supergraph will use the one of'
        chosen = [subgraph for subgraph, text in given.items() if text == merged.description]
        state.report.hint("INCONSISTENT_DESCRIPTION", f"{message} {human(chosen)}.")


def merge_directives(state: State, place: str, merged: Element, sources: Mapping[str, Element]) -> None:
    """What the subgraphs say about an element, in one application of each directive."""
    found: dict[str, list[tuple[str, Applied]]] = {}
    for subgraph, element in sources.items():
        for one in element.directives:
            name = _merged_name(state, one)
            if name is not None:
                found.setdefault(name, []).append((subgraph, one))
    for name, uses in found.items():
        merged.directives += _merge(state, place, name, uses)
    _carry(state, merged, sources)


def _carry(state: State, merged: Element, sources: Mapping[str, Element]) -> None:
    """What means something per subgraph is carried as it is, with the subgraphs that say it."""
    carried: dict[str, tuple[Applied, list[str]]] = {}
    for subgraph, element in sources.items():
        for one in element.having("cacheTag"):
            carried.setdefault(_text(one), (one, []))[1].append(subgraph)
    for one, subgraphs in carried.values():
        state.features["cacheTag"] = None
        args = ObjectValueNode(
            fields=tuple(ObjectFieldNode(name=NameNode(value=key), value=given) for key, given in one.args.items())
        )
        graphs = [enum(state.graphs[subgraph]) for subgraph in subgraphs]
        merged.directives.insert(0, applied("join__directive", graphs=graphs, name="federation__cacheTag", args=args))


def _merged_name(state: State, one: Applied) -> str | None:
    """The name that the directive has in the supergraph; None if it is not for the supergraph."""
    if one.spec is not None and one.spec in FEATURES and one.spec not in ("context", "cacheTag"):
        return state.names.get(one.spec, one.spec)
    if one.spec in ("deprecated", "specifiedBy"):
        return one.spec
    return state.composed.get(one.name) if one.spec is None else None


def _merge(state: State, place: str, name: str, uses: list[tuple[str, Applied]]) -> list[Applied]:
    spec = uses[0][1].spec
    if spec in FEATURES:
        state.features[str(spec)] = None
    if _repeatable(state, name):
        distinct = {_text(one): one for _, one in uses}
        return [Applied(name, one.args, spec) for one in distinct.values()]
    if spec in _STRATEGIES:
        return [_combine(state, place, name, uses)]
    texts = Counter(_text(one) for _, one in uses)
    chosen = texts.most_common(1)[0][0]
    if len(texts) > 1:
        described = describe({subgraph: _text(one) or "no arguments" for subgraph, one in uses}, "arguments", "")
        message = (
            f'Non-repeatable directive @{name} is applied to "{place}" in multiple subgraphs but with incompatible '
            "arguments"
        )
        state.report.hint("INCONSISTENT_NON_REPEATABLE_DIRECTIVE_ARGUMENTS", f"{message}: {described}.")
    return [Applied(name, next(one for _, one in uses if _text(one) == chosen).args, spec)]


def _repeatable(state: State, name: str) -> bool:
    definition = state.schema.directives.get(name)
    return name == state.names.get("tag", "tag") or (definition is not None and definition.repeatable)


def _text(one: Applied) -> str:
    return ", ".join(sorted(f"{name}: {print_ast(value)}" for name, value in one.args.items()))


def _combine(state: State, place: str, name: str, uses: list[tuple[str, Applied]]) -> Applied:
    spec = uses[0][1].spec or name
    strategies = _STRATEGIES[spec]
    args = {}
    for arg, strategy in strategies.items():
        given = [one.args[arg] for _, one in uses if arg in one.args and not isinstance(one.args[arg], NullValueNode)]
        if arg == "requireOneSlicingArgument" and given:
            given += [BooleanValueNode(value=True)] * (len(uses) - len(given))
        if given:
            args[arg] = strategy(given)
    merged = Applied(name, args, spec)
    if len({_text(one) for _, one in uses}) > 1:
        described = describe({subgraph: _text(one) for subgraph, one in uses}, "arguments", "")
        message = (
            f'Directive @{name} is applied to "{place}" in multiple subgraphs with different arguments: {described}.'
        )
        state.report.hint("MERGED_NON_REPEATABLE_DIRECTIVE_ARGUMENTS", f"{message} The supergraph merges them.")
    return merged


def _maximum(values: Values) -> ValueNode:
    return max(values, key=lambda one: int(one.value) if isinstance(one, IntValueNode) else 0)


def _union(values: Values) -> ValueNode:
    found = {
        print_ast(item): item for one in values for item in (one.values if isinstance(one, ListValueNode) else [one])
    }
    return ListValueNode(values=tuple(found.values()))


def _and(values: Values) -> ValueNode:
    return BooleanValueNode(value=all(isinstance(one, BooleanValueNode) and one.value for one in values))


def alternatives(value: ValueNode) -> frozenset[frozenset[str]]:
    """Scopes or policies as alternatives of sets."""
    outer = value.values if isinstance(value, ListValueNode) else (value,)
    found = set()
    for one in outer:
        inner = one.values if isinstance(one, ListValueNode) else (one,)
        found.add(frozenset(item.value for item in inner if isinstance(item, StringValueNode)))
    return frozenset(found)


def conjunction(values: Sequence[frozenset[frozenset[str]]]) -> frozenset[frozenset[str]]:
    """What satisfies all of these: every combination of alternatives, without those that ask for more than another."""
    found: frozenset[frozenset[str]] = frozenset({frozenset()})
    for one in values:
        found = frozenset(left | right for left in found for right in one)
    return frozenset(one for one in found if not any(other < one for other in found))


def _all_of(values: Values) -> ValueNode:
    if len({print_ast(one) for one in values}) == 1:
        return values[0]
    merged = sorted(sorted(one) for one in conjunction([alternatives(one) for one in values]))
    inner = [ListValueNode(values=tuple(StringValueNode(value=item) for item in one)) for one in merged]
    return ListValueNode(values=tuple(inner))


_STRATEGIES: Mapping[str, Mapping[str, Strategy]] = {
    "authenticated": {},
    "requiresScopes": {"scopes": _all_of},
    "policy": {"policies": _all_of},
    "cost": {"weight": _maximum},
    "listSize": {
        "assumedSize": _maximum,
        "slicingArguments": _union,
        "sizedFields": _union,
        "requireOneSlicingArgument": _and,
    },
}
