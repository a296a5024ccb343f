"""A random schema before it is printed: types whose fields know in which graphs they are served."""

from dataclasses import dataclass, field

SCALARS = {"ID", "String", "Int", "Boolean", "Color"}
COLORS = ("RED", "GREEN", "BLUE")
# Two argument lists: one chooses among values, the other, of fields that are strings, is the value.
CHOOSING = "(n: Int = 1)"
ECHOED = '(filter: Filter, list: [Int!] = [1, 2], color: Color = RED, text: String = "a")'
FILTER = "input Filter{} {{ n: Int = 5 tags: [String!] color: Color more: Filter }}"


@dataclass(slots=True)
class Field:
    """`graphs` serve it, `external` only name it; `types` holds what differs from `type` in one graph.

    `overridden` is a graph that still has it and is no longer asked; `hidden` fields are @inaccessible.
    """

    name: str
    type: str
    graphs: list[str]
    argument: str = ""
    external: set[str] = field(default_factory=set)
    types: dict[str, str] = field(default_factory=dict)
    requires: str = ""
    provides: dict[str, str] = field(default_factory=dict)
    overridden: str = ""
    hidden: bool = False

    @property
    def named(self) -> str:
        return self.type.strip("[]!")

    @property
    def is_leaf(self) -> bool:
        return self.named in SCALARS

    def declared_in(self, graph: str) -> bool:
        return graph in self.graphs or graph in self.external or graph == self.overridden


@dataclass(slots=True)
class Key:
    fields: tuple[str, ...]
    resolvable: bool = True

    @property
    def text(self) -> str:
        return " ".join(self.fields)


@dataclass(slots=True)
class Object:
    """An entity if it has keys (they are by graph), else a value type or a root.

    `borrowed` are fields that only an interface object offers.
    """

    name: str
    graphs: list[str]
    keys: dict[str, list[Key]] = field(default_factory=dict)
    fields: list[Field] = field(default_factory=list)
    borrowed: list[Field] = field(default_factory=list)

    def get(self, name: str) -> Field:
        return next(each for each in self.fields + self.borrowed if each.name == name)


@dataclass(slots=True)
class Abstract:
    """A union, or an interface if it has fields; members and fields are by graph.

    `object_in` is the graph that knows the interface as an object, with the fields `lent`.
    """

    name: str
    members: dict[str, list[str]]
    fields: dict[str, list[str]] = field(default_factory=dict)
    key: str = ""
    object_in: str = ""
    lent: list[Field] = field(default_factory=list)

    @property
    def is_interface(self) -> bool:
        return bool(self.fields)

    @property
    def all_members(self) -> list[str]:
        return sorted({name for names in self.members.values() for name in names})

    @property
    def graphs(self) -> list[str]:
        return sorted(self.members) + [self.object_in] * bool(self.object_in)


@dataclass(slots=True)
class World:
    graphs: list[str]
    objects: dict[str, Object] = field(default_factory=dict)
    abstracts: dict[str, Abstract] = field(default_factory=dict)
    query: Object = field(default_factory=lambda: Object("Query", []))
    mutation: Object = field(default_factory=lambda: Object("Mutation", []))

    @property
    def entities(self) -> list[Object]:
        return [each for each in self.objects.values() if each.keys]

    @property
    def roots(self) -> list[Object]:
        return [self.query, self.mutation] if self.mutation.fields else [self.query]

    def graphs_of(self, name: str) -> list[str]:
        return self.objects[name].graphs if name in self.objects else self.abstracts[name].graphs

    def runtime_types(self, name: str, graph: str) -> list[str]:
        """What a field of this type may hold when this graph serves it."""
        if name in self.objects:
            return [name]
        abstract = self.abstracts[name]
        return abstract.all_members if abstract.object_in == graph else abstract.members[graph]
