"""Where an object can be asked for its fields: in the subgraph it came from, and in those that its keys lead to.

A position is a subgraph and the type that an object has there.  From one position the others of the same object follow:
each needs one of its keys, and each field of a key may itself come from a position reached before.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from milkrun_graph.composer.fieldsets import FieldSet, Selection
from milkrun_graph.composer.merge import Merged
from milkrun_graph.composer.model import Field, Schema, TypeDef, composite, first, named
from milkrun_graph.composer.rules.context import contexts_of, split, string_argument
from milkrun_graph.composer.subgraph import Loaded

Labels = frozenset[tuple[str, bool]]


@dataclass(frozen=True, slots=True)
class Position:
    """An object in one subgraph.

    `provided` is what this path provides although others resolve it, and `contexts` are those set above the object.
    """

    subgraph: str
    type: str
    provided: FieldSet = ()
    contexts: frozenset[str] = frozenset()


class LabelUnknown(Exception):
    """A move depends on the label of an override of which nothing is assumed yet."""

    def __init__(self, label: str) -> None:
        super().__init__(label)
        self.label = label


@dataclass(slots=True)
class Moves:
    """The moves between positions, remembered.  `labels` are the labels of overrides, as on or off as is assumed."""

    subgraphs: Mapping[str, Loaded]
    merged: Merged
    labels: Labels = frozenset()
    _reached: dict[tuple[str, Position], tuple[Position, ...]] = field(default_factory=dict)
    _under_way: set[tuple[str, Position, str]] = field(default_factory=set)

    @property
    def schema(self) -> Schema:
        """The merged schema."""
        return self.merged.schema

    def reach(self, type_: str, start: Position) -> tuple[Position, ...]:
        """All positions of the object, whose type in the supergraph is `type_`, that can be had from one.

        This and what builds on it raises LabelUnknown.
        """
        key = type_, start
        if key not in self._reached:
            self._reached[key] = (start,)  # what is being worked out cannot help to work itself out
            try:
                self._reached[key] = self._grow(type_, [start])
            except LabelUnknown:
                del self._reached[key]
                raise
        return self._reached[key]

    def assuming(self, label: str, on: bool) -> "Moves":
        """The same moves under one more assumption."""
        return Moves(self.subgraphs, self.merged, self.labels | {(label, on)}, dict(self._reached))

    def _grow(self, type_: str, found: list[Position]) -> tuple[Position, ...]:
        if type_ == self.schema.roots.get("query"):
            others = [name for name in self.subgraphs if name != found[0].subgraph]
            return (*found, *(Position(name, type_, (), found[0].contexts) for name in others))
        candidates = list(self._candidates(type_))
        grown = True
        while grown:
            grown = False
            for candidate in list(candidates):
                position, keys = candidate
                if any(one.subgraph == position.subgraph and one.type == position.type for one in found):
                    candidates.remove(candidate)
                elif any(self._opens(type_, found, position, parent, key) for parent, key in keys):
                    found.append(replace(position, contexts=found[0].contexts))
                    candidates.remove(candidate)
                    grown = True
        return tuple(found)

    def _candidates(self, type_: str) -> Iterator[tuple[Position, list[tuple[str, FieldSet]]]]:
        """Positions that have keys, with each key and the type it belongs to."""
        merged = self.schema.types[type_]
        for name, subgraph in self.subgraphs.items():
            own = subgraph.type(type_)
            if own is not None:
                keys = [(type_, key) for key in resolvable(subgraph, own)]
                for interface in own.interfaces:
                    above = subgraph.type(interface)
                    keys += [(interface, key) for key in resolvable(subgraph, above)] if above is not None else []
                yield Position(name, type_), keys
            for interface in merged.interfaces:
                stand_in = subgraph.type(interface)
                if stand_in is not None and subgraph.is_interface_object(interface):
                    yield Position(name, interface), [(interface, key) for key in resolvable(subgraph, stand_in)]

    def _opens(self, type_: str, found: list[Position], to: Position, parent: str, key: FieldSet) -> bool:
        """Whether a key can be filled in.  Who only knows an interface cannot name the object's own type."""
        usable = [one for one in found if one.type in (type_, parent)]
        if parent != type_ and to.type == type_:
            usable = [one for one in found if one.type == parent]
        return bool(usable) and self.resolves(type_, usable if len(usable) < len(found) else found, key)

    def resolves(self, type_: str, positions: Sequence[Position], selections: FieldSet) -> bool:
        """Whether all of a field set can be had from these positions of one object."""
        return all(self._resolves_one(type_, positions, one) for one in selections)

    def _resolves_one(self, type_: str, positions: Sequence[Position], one: Selection) -> bool:
        if one.name is None:
            return type_ not in self.possible(one.type) or self.resolves(type_, positions, one.below)
        if one.name == "__typename":
            return True
        for position in positions:
            for after in self.step(type_, position, one.name, positions):
                if not one.below or self._resolves_below(after, one.below):
                    return True
        return False

    def _resolves_below(self, position: Position, selections: FieldSet) -> bool:
        """The same for what lies below a field, whichever object it turns out to be."""
        here = self.subgraphs[position.subgraph]
        if here.is_interface_object(position.type):
            types = sorted(self.possible(position.type))
        else:
            types = sorted(here.schema.possible(position.type))
        if any(one.name is None and not self.possible(one.type) & set(types) for one in selections):
            return False  # an object that this subgraph never answers with cannot be what is needed
        return all(
            self.resolves(type_, self.reach(type_, down), selections)
            for type_ in types
            if type_ in self.schema.types
            for down in [self.down(position, type_)]
        )

    def possible(self, name: str) -> frozenset[str]:
        """The objects that a type of the supergraph can be."""
        return self.schema.possible(name)

    def down(self, position: Position, type_: str) -> Position:
        """The position once it is known which object it is."""
        here = self.subgraphs[position.subgraph]
        kept = tuple(self._applying(position.provided, type_))
        name = position.type if here.is_interface_object(position.type) else type_
        return Position(position.subgraph, name, kept, position.contexts)

    def _applying(self, selections: FieldSet, type_: str) -> Iterator[Selection]:
        for one in selections:
            if one.name is not None:
                yield one
            elif type_ in self.possible(one.type):
                yield from self._applying(one.below, type_)

    def step(self, type_: str, position: Position, name: str, found: Sequence[Position]) -> Iterator[Position]:
        """Where a field leads, if this subgraph resolves it for the object, which was found in these positions."""
        here = self.subgraphs[position.subgraph]
        own = here.type(position.type)
        field_ = own.fields.get(name) if own is not None else None
        if own is None or field_ is None:
            return
        below = tuple(inner for one in position.provided if one.name == name for inner in one.below)
        provided = any(one.name == name for one in position.provided)
        if not provided and (not self._is_here(here, own, field_) or not self._is_fed(type_, position, field_, found)):
            return
        target = named(field_.type)
        if composite(here.type(target)):
            below += tuple(one for use in field_.having("provides") for one in here.usable(target, use))
        if self._has_contexts(here, position, field_):
            yield Position(position.subgraph, target, below, position.contexts | self._sets(type_))

    def _has_contexts(self, here: Loaded, position: Position, field_: Field) -> bool:
        """Whether every contextual argument has its context above."""
        if "context" not in self.merged.features:
            return True
        uses = [use for arg in field_.args.values() for use in arg.having("fromContext")]
        parts = [split(string_argument(use, "field")) for use in uses]
        return all(f"{here.name}__{one[0]}" in position.contexts for one in parts if one is not None)

    def _sets(self, type_: str) -> frozenset[str]:
        """The contexts that an object sets for what is below it."""
        if "context" not in self.merged.features:
            return frozenset()
        return frozenset(
            f"{name}__{context}"
            for name, subgraph in self.subgraphs.items()
            for context, places in contexts_of(subgraph).items()
            if any(type_ in subgraph.schema.possible(place.name) for place in places)
        )

    def _is_here(self, here: Loaded, own: TypeDef, field_: Field) -> bool:
        coordinate = here.name, own.name, field_.name
        if here.is_external(own, field_):
            return False
        if coordinate in self.merged.moved:
            label = self.merged.moved[coordinate]
            return label is not None and not self._is_on(label)
        label = self.merged.arrived.get(coordinate)
        return label is None or self._is_on(label)

    def _is_on(self, label: str) -> bool:
        for on in (True, False):
            if (label, on) in self.labels:
                return on
        raise LabelUnknown(label)

    def _is_fed(self, type_: str, position: Position, field_: Field, found: Sequence[Position]) -> bool:
        """Whether what the field requires can be fetched, and the subgraph be entered again with it."""
        use = first(field_.having("requires"))
        if use is None:
            return True
        key = type_, position, field_.name
        if key in self._under_way:
            return False
        self._under_way.add(key)
        try:
            here = self.subgraphs[position.subgraph]
            reached = self.reach(type_, position)
            keys = resolvable(here, here.schema.types[position.type])
            enters = any(self.resolves(type_, reached, one) or self.resolves(type_, found, one) for one in keys)
            return enters and self.resolves(type_, reached, here.usable(position.type, use))
        finally:
            self._under_way.discard(key)


def resolvable(subgraph: Loaded, type_: TypeDef) -> list[FieldSet]:
    """The keys by which a type can be entered."""
    keys = subgraph.keys(type_)
    return [selections for key, selections in keys if getattr(key.args.get("resolvable"), "value", True)]


def subgraph_names(positions: Iterable[Position]) -> list[str]:
    """The subgraphs of some positions, each once."""
    return sorted({one.subgraph for one in positions})
