"""What the supergraph lets each subgraph answer: the ground truth that the subgraph servers enforce."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from graphql import ConstDirectiveNode, TypeDefinitionNode, parse, value_from_ast_untyped
from graphql.language import ast

from tests.support.federation.sdl import Selections, field_set


class Owns(Enum):
    SERVED = "served"
    EXTERNAL = "external"
    GONE = "gone"


@dataclass(slots=True)
class Ownership:
    """`urls` is by subgraph name, `enums` maps the supergraph's enum values to those names.

    `fields` and `requires` are by (subgraph, type, field).
    """

    enums: dict[str, str] = field(default_factory=dict)
    urls: dict[str, str] = field(default_factory=dict)
    possible: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    fields: dict[tuple[str, str, str], Owns] = field(default_factory=dict)
    requires: dict[tuple[str, str, str], Selections] = field(default_factory=dict)

    def of(self, graph: str, type_name: str, name: str) -> Owns:
        return self.fields.get((graph, type_name, name), Owns.GONE)

    def servers(self, type_name: str, name: str) -> list[str]:
        return [graph for graph in self.urls if self.of(graph, type_name, name) is Owns.SERVED]

    def is_a(self, runtime: str, condition: str) -> bool:
        return runtime == condition or runtime in self.possible.get(condition, ())


def read_ownership(supergraph: str) -> Ownership:
    result = Ownership()
    document = parse(supergraph, no_location=True)
    types = [node for node in document.definitions if isinstance(node, TypeDefinitionNode)]
    for node in types:
        if isinstance(node, ast.EnumTypeDefinitionNode) and node.name.value == "join__Graph":
            _read_graphs(node, result)
    for node in types:
        _read_possible(node, result)
        _read_fields(node, result)
    return result


def _read_graphs(node: ast.EnumTypeDefinitionNode, result: Ownership) -> None:
    for value in node.values or ():
        (arguments,) = applied(value.directives, "join__graph")
        result.enums[value.name.value] = arguments["name"]
        result.urls[arguments["name"]] = arguments["url"]


def _read_possible(node: TypeDefinitionNode, result: Ownership) -> None:
    name = node.name.value
    if isinstance(node, ast.ObjectTypeDefinitionNode):
        for interface in node.interfaces or ():
            result.possible[interface.name.value].add(name)
    elif isinstance(node, ast.UnionTypeDefinitionNode):
        result.possible[name] |= {member.name.value for member in node.types or ()}


def _read_fields(node: TypeDefinitionNode, result: Ownership) -> None:
    if not isinstance(node, ast.ObjectTypeDefinitionNode | ast.InterfaceTypeDefinitionNode):
        return
    everywhere = {each["graph"] for each in applied(node.directives, "join__type")}
    for part in node.fields or ():
        joins = list(applied(part.directives, "join__field")) or [{"graph": graph} for graph in everywhere]
        for join in joins:
            if "graph" in join:
                lent = join.get("external") or join.get("usedOverridden")
                key = (result.enums[join["graph"]], node.name.value, part.name.value)
                result.fields[key] = Owns.EXTERNAL if lent else Owns.SERVED
                if "requires" in join:
                    result.requires[key] = field_set(join["requires"])


def applied(directives: Iterable[ConstDirectiveNode] | None, name: str) -> Iterable[dict[str, Any]]:
    for each in directives or ():
        if each.name.value == name:
            yield {part.name.value: value_from_ast_untyped(part.value) for part in each.arguments or ()}
