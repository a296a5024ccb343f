"""What the parts of the merge share: the subgraphs, the schema that grows, and who calls what how."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from graphql import BooleanValueNode, EnumValueNode, ListValueNode, StringValueNode, ValueNode

from milkrun_graph.composer.issues import Location, Report, human, locate
from milkrun_graph.composer.model import Applied, Element, Schema, TypeDef, nullable
from milkrun_graph.composer.subgraph import Loaded

Sources = dict[str, TypeDef]


@dataclass(slots=True)
class State:
    """One merge under way.  Subgraphs are in order of their names."""

    subgraphs: Sequence[Loaded]
    report: Report
    schema: Schema = field(default_factory=Schema)
    graphs: dict[str, str] = field(default_factory=dict)
    features: dict[str, None] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)
    composed: dict[str, str] = field(default_factory=dict)
    core_prefixes: set[str] = field(default_factory=set)
    moved: dict[tuple[str, str, str], str | None] = field(default_factory=dict)
    arrived: dict[tuple[str, str, str], str] = field(default_factory=dict)

    def named(self, name: str) -> Loaded:
        """A subgraph by its name."""
        return next(subgraph for subgraph in self.subgraphs if subgraph.name == name)

    def sources(self, name: str) -> Sources:
        """The subgraphs' versions of a type."""
        return {one.name: type_ for one in self.subgraphs if (type_ := one.type(name)) is not None}

    def sub_type(self, below: str, above: str) -> bool:
        """Whether every value of `below` is one of `above`, which is not the same type."""
        if below == above:
            return False
        if below.endswith("!"):
            return nullable(below) == nullable(above) or self.sub_type(nullable(below), nullable(above))
        if above.endswith("!"):
            return False
        if below.startswith("[") and above.startswith("["):
            return self.sub_type(below[1:-1], above[1:-1])
        if below.startswith("[") or above.startswith("["):
            return False
        return self._is_one_of(below, above)

    def _is_one_of(self, below: str, above: str) -> bool:
        upper, lower = self.schema.types.get(above), self.schema.types.get(below)
        if upper is None or lower is None:
            return False
        return below in upper.members or above in lower.interfaces

    def places(self, nodes: Mapping[str, Element]) -> tuple[Location, ...]:
        """Where these elements of subgraphs are."""
        return tuple(spot for name, one in nodes.items() for spot in locate(name, one.node))


def value(of: object) -> ValueNode:
    """A plain value as it is written in SDL; graphs are given as enum values by `enum`."""
    if isinstance(of, bool):
        return BooleanValueNode(value=of)
    if isinstance(of, str):
        return StringValueNode(value=of)
    if isinstance(of, ValueNode):
        return of
    if isinstance(of, list):
        return ListValueNode(values=tuple(value(one) for one in of))
    raise TypeError(f"no literal for {of!r}")


def enum(name: str) -> ValueNode:
    """The name of an enum's value."""
    return EnumValueNode(value=name)


def applied(name: str, /, **args: object) -> Applied:
    """A directive of the supergraph; arguments that are None are left out."""
    return Applied(name, {key: value(one) for key, one in args.items() if one is not None}, name)


def describe(values: dict[str, str], what: str = "type", code: str = '"') -> str:
    """`type "A" in subgraph "a" but type "B" in subgraphs "b" and "c"`."""
    grouped: dict[str, list[str]] = {}
    for subgraph, one in values.items():
        grouped.setdefault(one, []).append(subgraph)
    return " but ".join(f"{what} {code}{one}{code} in {human(names)}".strip() for one, names in grouped.items())


def graph_names(names: Iterable[str]) -> dict[str, str]:
    """The values of the enum of graphs: upper case, and no two alike."""
    by_value: dict[str, list[str]] = {}
    for name in sorted(names):
        upper = re.sub(r"\W", "_", name).upper()
        upper = f"_{upper}" if upper[:1].isdigit() else upper
        upper = f"{upper}_" if re.search(r"_\d+$", upper) else upper
        by_value.setdefault(upper, []).append(name)
    found = {}
    for upper, same in by_value.items():
        for number, name in enumerate(same, 1):
            found[name] = upper if len(same) == 1 else f"{upper}_{number}"
    return dict(sorted(found.items()))
