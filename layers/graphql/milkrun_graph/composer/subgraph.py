"""A subgraph as composition works with it: its schema, its links, and what it marks as external."""

from dataclasses import dataclass, field

from milkrun_graph.composer.fieldsets import FieldSet, FieldSetFault, fields_argument, read_field_set, walk
from milkrun_graph.composer.links import Links
from milkrun_graph.composer.model import Applied, Field, Schema, TypeDef, composite, named
from milkrun_graph.composer.specs import FEDERATION_1, Version

Coordinate = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Subgraph:
    """What is composed: a service's name, where it is, and its SDL."""

    name: str
    url: str
    sdl: str


@dataclass(slots=True)
class Loaded:
    """A subgraph that was read."""

    name: str
    url: str
    schema: Schema
    links: Links
    fake_externals: set[Coordinate] = field(default_factory=set)
    used: set[Coordinate] = field(default_factory=set)
    key_fields: set[Coordinate] = field(default_factory=set)
    provided: set[Coordinate] = field(default_factory=set)
    upgraded: bool = False
    _sets: dict[tuple[str, str], FieldSet] = field(default_factory=dict)

    @property
    def version(self) -> Version:
        """The version of federation it follows."""
        return self.links.implied

    @property
    def is_federation_1(self) -> bool:
        """Whether it has no link to federation 2."""
        return self.links.version == FEDERATION_1

    def type(self, name: str) -> TypeDef | None:
        """One of its types."""
        return self.schema.types.get(name)

    def field_set(self, parent: str, applied: Applied) -> FieldSet:
        """The field set of a directive; raises FieldSetFault."""
        return read_field_set(self.schema, parent, fields_argument(applied))

    def usable(self, parent: str, applied: Applied) -> FieldSet:
        """The field set of a directive; of a faulty one, which another rule reports, what there is to it."""
        written = applied.args.get("fields")
        text = getattr(written, "value", None)
        if not isinstance(text, str):
            return ()
        if (parent, text) not in self._sets:
            try:
                self._sets[parent, text] = read_field_set(self.schema, parent, text, lenient=True)
            except FieldSetFault:
                self._sets[parent, text] = ()
        return self._sets[parent, text]

    def keys(self, type_: TypeDef) -> list[tuple[Applied, FieldSet]]:
        """The keys of a type."""
        return [(applied, self.usable(type_.name, applied)) for applied in type_.having("key")]

    def is_external(self, type_: TypeDef, field_: Field) -> bool:
        """Whether a field is only mentioned here, and resolved elsewhere."""
        return self.is_marked_external(type_, field_) and (type_.name, field_.name) not in self.fake_externals

    def is_resolved(self, type_: TypeDef, field_: Field) -> bool:
        """Whether the field is resolved here, if only on the paths that provide it."""
        return not self.is_external(type_, field_) or (type_.name, field_.name) in self.provided

    def is_marked_external(self, type_: TypeDef, field_: Field) -> bool:
        """Whether `@external` is written on the field, or on the part of the type that declares it."""
        return field_.has("external") or any(one.part == field_.part for one in type_.having("external"))

    def is_interface_object(self, name: str) -> bool:
        """Whether a type stands for an interface whose implementations this subgraph does not know."""
        type_ = self.type(name)
        return type_ is not None and type_.has("interfaceObject")

    def is_shareable(self, type_: TypeDef, field_: Field) -> bool:
        """Whether other subgraphs may resolve the field as well."""
        if (type_.name, field_.name) in self.key_fields or field_.has("shareable"):
            return True
        return any(one.part == field_.part for one in type_.having("shareable"))

    def analyze(self) -> None:
        """Find which external fields are only called so, and which fields directives use."""
        self._sets.clear()
        self.fake_externals, self.used, self.key_fields, self.provided = set(), set(), set(), set()
        for type_ in self.schema.of_kind("OBJECT", "INTERFACE"):
            for applied, selections in self.keys(type_):
                found = {(one.parent, one.name) for one in walk(selections) if one.name}
                self.key_fields |= found
                if applied.extension or type_.has("extends"):
                    self.fake_externals |= found
        for type_ in self.schema.of_kind("OBJECT", "INTERFACE"):
            self._use_of_type(type_)

    def _use_of_type(self, type_: TypeDef) -> None:
        for _, selections in self.keys(type_):
            self._use(selections)
        for field_ in type_.fields.values():
            for applied in field_.having("requires"):
                self._use(self.usable(type_.name, applied))
            below = self.type(named(field_.type))
            for applied in field_.having("provides"):
                if below is not None and composite(below):
                    self.provided |= self._use(self.usable(below.name, applied))
        for name in type_.interfaces:
            interface = self.type(name)
            self.used |= {(type_.name, one) for one in (interface.fields if interface else ())}

    def _use(self, selections: FieldSet) -> set[Coordinate]:
        found = set()
        for one in walk(selections):
            if one.name:
                found.add((one.parent, one.name))
                found |= {(impl.name, one.name) for impl in self.schema.implementations(one.parent)}
        self.used |= found
        return found
