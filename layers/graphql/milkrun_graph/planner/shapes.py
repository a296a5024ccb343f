"""Whether fields of different types may stand under one response key in a subgraph request.

The GraphQL specification asks it of one schema (SameResponseShape).  Here it is asked of every subgraph's own
types: what merges in the API (``ID`` and ``ID!`` as ``ID``) need not merge there.
"""

from milkrun_graph.supergraph.tables import Kind, Supergraph

type _Shape = tuple[str, str]

_COMPOSITE = {Kind.OBJECT, Kind.INTERFACE, Kind.UNION}


class Shapes:
    """Shapes of fields, per subgraph."""

    def __init__(self, supergraph: Supergraph) -> None:
        self._supergraph = supergraph
        self._known: dict[tuple[str, str], dict[str, frozenset[_Shape]]] = {}

    def clash(self, name: str, types: frozenset[str], other: str, others: frozenset[str]) -> bool:
        """Whether some subgraph has different shapes for the two fields on types that are not common to both."""
        shared = types & others if name == other else frozenset[str]()
        mine, theirs = types - shared, others - shared
        if not mine or not theirs:
            return False
        shapes = self._of(other, theirs)
        return any(len(found | shapes[graph]) > 1 for graph, found in self._of(name, mine).items() if graph in shapes)

    def groups(self, name: str, types: frozenset[str]) -> list[frozenset[str]]:
        """The types, apart where a subgraph must be asked for each of them and they would clash there."""
        if len(types) < 2:  # noqa: PLR2004 - nothing to part
            return [types]
        apart = [graph for graph, shapes in self._of(name, types).items() if len(shapes) > 1]
        apart = [graph for graph in apart if not self._asked_as_one(graph, name, types)]
        found: dict[tuple[frozenset[_Shape], ...], set[str]] = {}
        for one in sorted(types) if apart else ():
            shapes = self._of_one(one, name)
            found.setdefault(tuple(shapes.get(graph, frozenset()) for graph in apart), set()).add(one)
        return [frozenset(group) for group in found.values()] or [types]

    def _asked_as_one(self, graph: str, name: str, types: frozenset[str]) -> bool:
        """Whether an interface of the subgraph has the field for all of the types that it knows."""
        here = frozenset(one for one in types if graph in self._supergraph.subtypes.get(one, {}))
        shared = frozenset.intersection(*(self._supergraph.interfaces.get(one, frozenset()) for one in here))
        for interface in shared:
            subtype = self._supergraph.subtype(interface, graph)
            if subtype and subtype.kind is Kind.INTERFACE and name in subtype.fields and subtype.possible <= types:
                return True
        return False

    def _of(self, name: str, types: frozenset[str]) -> dict[str, frozenset[_Shape]]:
        found: dict[str, frozenset[_Shape]] = {}
        for one in types:
            for graph, shapes in self._of_one(one, name).items():
                found[graph] = found.get(graph, frozenset()) | shapes
        return found

    def _of_one(self, type_name: str, name: str) -> dict[str, frozenset[_Shape]]:
        known = self._known.get((type_name, name))
        if known is None:
            known = {
                graph: frozenset({self._shape(subtype.fields[name].type.named, subtype.fields[name].type.wrap)})
                for graph, subtype in self._supergraph.subtypes.get(type_name, {}).items()
                if name in subtype.fields
            }
            self._known[type_name, name] = known
        return known

    def _shape(self, named: str, wrap: str) -> _Shape:
        known = self._supergraph.types.get(named)
        return wrap, "" if known and known.kind in _COMPOSITE else named
