"""Writes the subgraph requests: a step's selection as GraphQL text, in that subgraph's types."""

from collections.abc import Iterable

from milkrun_graph.planner.conditions import type_of
from milkrun_graph.planner.moves import ENTITIES
from milkrun_graph.planner.nodes import Node, Selected
from milkrun_graph.planner.operation import TYPENAME
from milkrun_graph.supergraph.tables import Kind, Supergraph

_BUILT_IN = {"Int", "Float", "String", "Boolean", "ID"}


class Emitter:
    """Writes selections.

    ``variables`` collects the client's variables that the text uses; ``exact`` is whether it asks for a custom scalar.
    """

    def __init__(self, supergraph: Supergraph) -> None:
        self._supergraph = supergraph
        self.variables: set[str] = set()
        self.exact = False

    def selection(self, node: Node) -> str:
        """The selection set of a node, with braces."""
        direct: list[str] = []
        fragments: dict[str, list[str]] = {}
        needed = [chosen for chosen in node.selected.values() if not chosen.filler]
        for chosen in needed:
            text = self._field(chosen)
            conditions = self._conditions(node, chosen)
            if conditions is None:
                direct.append(text)
            else:
                for condition in conditions:
                    fragments.setdefault(condition, []).append(text)
        parts = _unique(direct)
        parts += [f"...on {condition}{{{' '.join(_unique(texts))}}}" for condition, texts in fragments.items()]
        return "{" + (" ".join(parts) or TYPENAME) + "}"

    def _field(self, chosen: Selected) -> str:
        alias = "" if chosen.source == chosen.name else chosen.source + ":"
        arguments = [*chosen.arguments, *((name, "$" + variable) for name, variable in chosen.contexts)]
        printed = f"({','.join(f'{name}:{value}' for name, value in arguments)})" if arguments else ""
        self.variables |= chosen.variables
        self.exact |= chosen.name != TYPENAME and self._is_custom(chosen)
        return alias + chosen.name + printed + (self.selection(chosen.node) if chosen.node else "")

    def _is_custom(self, chosen: Selected) -> bool:
        named = type_of(self._supergraph, chosen.types, chosen.name).named
        known = self._supergraph.types.get(named)
        return bool(known and known.kind is Kind.SCALAR and named not in _BUILT_IN)

    def _conditions(self, node: Node, chosen: Selected) -> list[str] | None:
        """The type conditions that the field needs here; None if it can be asked directly."""
        graph = node.step.graph
        here = self._supergraph.subtype(node.type, graph) if node.type else None
        if node.type == ENTITIES or here is None:
            return self._named(graph, chosen, node.runtime)
        if here.kind is Kind.OBJECT:
            return [here.name] if node.step.root is node and node.step.entity else None
        covering = chosen.types >= node.runtime & node.world
        entry = node.step.root is node and node.step.entity
        if covering and not entry and self._same_child(here.name, graph, chosen):
            return None
        return self._named(graph, chosen, node.runtime & node.world)

    def _named(self, graph: str, chosen: Selected, runtime: frozenset[str]) -> list[str]:
        asked = chosen.types & runtime if runtime else chosen.types
        if len(asked) > 1:
            shared = frozenset.intersection(*(self._supergraph.interfaces.get(one, frozenset()) for one in asked))
            for interface in sorted(shared):
                subtype = self._supergraph.subtype(interface, graph)
                if not subtype or subtype.kind is not Kind.INTERFACE or not subtype.possible & runtime <= asked:
                    continue
                if asked <= subtype.possible and self._same_child(interface, graph, chosen):
                    return [interface]
        return sorted(asked)

    def _same_child(self, interface: str, graph: str, chosen: Selected) -> bool:
        """Whether asking the interface for the field gives a value of the type that the selection below is for."""
        subtype = self._supergraph.subtype(interface, graph)
        if chosen.name == TYPENAME:
            return True
        field = subtype.fields.get(chosen.name) if subtype else None
        if field is None or field.external:
            return False
        return chosen.node is None or field.type.named == chosen.node.type


def _unique(texts: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(texts))
